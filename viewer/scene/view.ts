/**
 * The stretch of time that is in sight.
 *
 * @module
 */

export interface View {
  /** ms */
  readonly start: number;
  readonly end: number;
}

/** Shorter stretches are not shown, in ms. */
const SHORTEST = 0.02;

/** A little of nothing on both sides. */
export const whole = (duration: number): View => {
  const margin = Math.max(duration, 1) * 0.01;
  return { start: -margin, end: Math.max(duration, 1) + margin };
};

/** Closer for factors below 1, around a time that stays where it is. */
export function zoom(
  view: View,
  factor: number,
  around: number,
  duration: number,
): View {
  const all = whole(duration);
  const longest = all.end - all.start;
  const before = view.end - view.start;
  const length = Math.min(longest, Math.max(SHORTEST, before * factor));
  const share = (around - view.start) / before;
  const start = around - share * length;
  return within({ start, end: start + length }, duration);
}

export function pan(view: View, ms: number, duration: number): View {
  return within({ start: view.start + ms, end: view.end + ms }, duration);
}

/** Moves a view that looks beyond the run. */
function within(view: View, duration: number): View {
  const all = whole(duration);
  const length = view.end - view.start;
  const start = Math.min(Math.max(view.start, all.start), all.end - length);
  return { start, end: start + length };
}

/** A stretch around some times, so that they can be seen in their context. */
export function around(times: readonly number[], duration: number): View {
  const [first, last] = [Math.min(...times), Math.max(...times)];
  const length = Math.max((last - first) * 1.3, Math.min(duration, 400));
  const middle = (first + last) / 2;
  return zoom(
    { start: middle - length / 2, end: middle + length / 2 },
    1,
    middle,
    duration,
  );
}

/** Round times between which there are at least so many pixels. */
export function ticks(
  { start, end }: View,
  width: number,
  distance = 90,
): { times: number[]; step: number } {
  const wanted = (end - start) / Math.max(1, width / distance);
  const power = 10 ** Math.floor(Math.log10(wanted));
  const step = [1, 2, 5, 10].map((n) => n * power)
    .find((it) => it >= wanted) ?? 10 * power;
  const first = Math.ceil(start / step);
  const count = Math.floor(end / step) - first + 1;
  return {
    times: Array.from(
      { length: Math.max(0, count) },
      (_, i) => (first + i) * step,
    ),
    step,
  };
}

/** In s, with as many digits as neighbours need to differ. */
export function seconds(ms: number, step = 1): string {
  const digits = Math.max(0, Math.ceil(-Math.log10(step / 1000) - 1e-9));
  return `${(ms / 1000).toFixed(Math.min(6, digits))} s`;
}

/** Fingers nearer to each other than this share of the width don't zoom. */
const NEAREST = 0.02;

/**
 * Brings times below the fingers that hold them.
 *
 * @param times what the two fingers hold
 * @param shares where they are now: from 0, the view's start, to 1, its end
 */
export function pinch(
  view: View,
  times: readonly [number, number],
  shares: readonly [number, number],
  duration: number,
): View {
  const apart = shares[1] - shares[0];
  if (Math.abs(apart) < NEAREST) return view;
  const length = (times[1] - times[0]) / apart;
  if (!(length > 0)) return view;
  const start = times[0] - shares[0] * length;
  return zoom({ start, end: start + length }, 1, times[0], duration);
}
