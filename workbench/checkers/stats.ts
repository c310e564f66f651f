import { type History, NEMESIS } from "../load/history.ts";
import { type CheckResult } from "./result.ts";
import { whyNone } from "./failures.ts";

/** Counts of one kind of operation. */
interface Counts {
  count: number;
  okCount: number;
  failCount: number;
  infoCount: number;
}

/**
 * Counts operations. Unknown unless each kind of operation succeeded at least
 * once: a check of nothing proves nothing.
 */
export function checkStats(
  history: History,
  options: { readonly neverOk?: readonly string[] } = {},
): CheckResult {
  const none = (): Counts => ({
    count: 0,
    okCount: 0,
    failCount: 0,
    infoCount: 0,
  });
  const all = none();
  const byF: Record<string, Counts> = {};
  for (const { process, type, f } of history) {
    if (process === NEMESIS || type === "invoke") continue;
    for (const counts of [all, byF[f] ??= none()]) {
      counts.count++;
      counts[`${type}Count`]++;
    }
  }
  const never = Object.entries(byF).filter(([f, { okCount }]) =>
    okCount === 0 && !options.neverOk?.includes(f)
  ).map(([f]) => f);
  return {
    valid: never.length === 0 && all.count > 0 ? true : "unknown",
    details: { ...all, byF },
    explanation: never.map((f) =>
      `stats: not one ${f} succeeded: ${whyNone(history, f)}`
    ),
  };
}
