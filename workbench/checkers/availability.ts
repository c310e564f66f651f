import { type History, NEMESIS } from "../load/history.ts";
import { type CheckResult } from "./result.ts";

/** Whether the asked share of client operations ended ok. */
export function checkAvailability(
  history: History,
  asked: "total" | number | undefined,
): CheckResult {
  let invoked = 0;
  let ok = 0;
  for (const { process, type } of history) {
    if (process === NEMESIS) continue;
    if (type === "invoke") invoked++;
    if (type === "ok") ok++;
  }
  const okFraction = invoked === 0 ? 1 : ok / invoked;
  const wanted = asked === "total" ? 1 : asked ?? 0;
  const valid = okFraction >= wanted;
  return {
    valid,
    ...(!valid && {
      anomalies: [{ type: "unavailable", count: invoked - ok }],
    }),
    details: { okFraction },
    forms: { okFraction: "float" },
    explanation: valid ? [] : [
      `availability: ${ok} of ${invoked} operations succeeded; asked were ` +
      (asked === "total" ? "all" : `${100 * wanted} %`),
    ],
  };
}
