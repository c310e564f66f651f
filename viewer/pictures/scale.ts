/**
 * Axes: round numbers along a stretch, and times in words.
 *
 * @module
 */

/** Round numbers within a stretch, ends included. */
export function ticks(from: number, to: number, wanted: number): number[] {
  const length = to - from;
  if (!(length > 0) || wanted < 1) return [];
  const rough = length / wanted;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((it) => it * power)
    .find((it) => it >= rough * 0.999) ?? rough;
  const first = Math.ceil(from / step - 1e-9);
  const last = Math.floor(to / step + 1e-9);
  return Array.from(
    { length: last - first + 1 },
    (_, i) => Number(((first + i) * step).toPrecision(12)),
  );
}

/** Such as `0.4 ms`, `12 ms`, `1.25 s`. */
export function duration(ms: number): string {
  const size = Math.abs(ms);
  if (size === 0) return "0 ms";
  if (size < 10) return `${Number(ms.toFixed(1))} ms`;
  if (size < 1000) return `${Math.round(ms)} ms`;
  return `${Number((ms / 1000).toFixed(size < 10_000 ? 2 : 1))} s`;
}

/** A moment of the run, such as `3.210 s`. */
export const moment = (ms: number): string => `${(ms / 1000).toFixed(3)} s`;

/** Ages from moments to minutes, each order of ten as wide as the next. */
export interface AgeScale {
  /** ms at the right end. */
  readonly longest: number;
  /** From 0 to 1. */
  at(age: number): number;
  readonly ticks: readonly number[];
}

/** @param longest ms that is to be shown */
export function ageScale(longest: number): AgeScale {
  const end = Math.max(10, longest);
  const at = (age: number) =>
    Math.min(1, Math.log10(1 + Math.max(0, age)) / Math.log10(1 + end));
  const rounds = [0, 1, 10, 100, 1000, 10_000, 100_000, 1_000_000];
  return { longest: end, at, ticks: rounds.filter((it) => it <= end) };
}
