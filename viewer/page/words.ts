/** Numbers for people. @module */

/** As short as it can be with three digits: `0.25 ms`, `12 ms`, `1.5 s`. */
export function duration(ms: number): string {
  const [value, unit] = ms >= 1000 ? [ms / 1000, "s"] : [ms, "ms"];
  return `${+value.toPrecision(3)} ${unit}`;
}

/** With a space after each three digits: `12 345`. */
export const count = (n: number): string =>
  String(Math.round(n)).replaceAll(/\B(?=(\d{3})+$)/g, "\u202f");

/** `12.5/s` */
export const rate = (perSecond: number): string =>
  perSecond >= 1000
    ? `${count(perSecond)}/s`
    : `${+perSecond.toPrecision(3)}/s`;
