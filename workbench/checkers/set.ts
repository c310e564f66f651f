/**
 * Jepsen's `set`: elements are added, and a last read shows all of them.
 *
 * https://github.com/jepsen-io/jepsen/blob/main/jepsen/src/jepsen/checker.clj
 *
 * @module
 */
import { Anomalies, verdictOf } from "./anomalies.ts";
import { type CheckResult } from "./result.ts";
import { keyOf, setElements, whyImpossible } from "./set_elements.ts";
import { tell } from "./words.ts";
import { stringifyJson } from "../json.ts";
import { type History } from "../load/history.ts";

/**
 * Judges the last read that was answered, and no other: it has every element
 * that was acknowledged before it began (else that is `lost`), and none that
 * nobody had begun to add before it ended (`unexpected`), or whose add had
 * failed for good (`aborted`). What `checkSetFull` says of all reads is more.
 *
 * Jepsen's checker takes an element for lost even if it was acknowledged only
 * after the last read began, and for all right if its add had failed.
 *
 * Time: m log m for m elements.
 *
 * @example
 *
 * ```ts
 * import { checkSet } from "./set.ts";
 *
 * const op = (index: number, type: "invoke" | "ok", f: string, value: unknown) =>
 *   ({ index, time: index, process: 0, type, f, value });
 * const { valid } = checkSet([
 *   op(0, "invoke", "add", 5),
 *   op(1, "ok", "add", 5),
 *   op(2, "invoke", "read", null),
 *   op(3, "ok", "read", []),
 * ]);
 * console.assert(valid === false); // 5 is lost
 * ```
 */
export function checkSet(history: History): CheckResult {
  const { added, reads } = setElements(history, "add");
  const last = reads.at(-1);
  if (last === undefined) {
    return { // as Jepsen's says too
      valid: "unknown",
      explanation: [
        "set: no read was answered with a list, so nothing is decided",
      ],
    };
  }
  const { invoke, complete, shown, values } = last;
  const read = `the last read, which ended at ${tell(complete)}`;
  const anomalies = new Anomalies();
  const found = {
    lost: [] as unknown[],
    unexpected: [] as unknown[],
    aborted: [] as unknown[],
    recovered: [] as unknown[],
  };
  let late = 0;
  for (const [key, { value, end }] of added) {
    if (end === undefined || shown.has(key)) continue;
    if (end.index > invoke.index) {
      late++;
      continue;
    }
    found.lost.push(value);
    anomalies.add("lost", () => ({
      key: "set",
      element: value,
      ops: [end, complete].map(({ index }) => index),
      explanation: `set: ${stringifyJson(value)} is lost. Its add had ended ` +
        `at ${tell(end)}, but ${read}, does not show it.`,
    }));
  }
  const seen = new Set<unknown>();
  let unknownToJepsen = 0;
  let okCount = 0;
  for (const value of values) {
    const key = keyOf(value);
    if (seen.has(key)) continue;
    seen.add(key);
    const it = added.get(key);
    const why = whyImpossible(it, complete);
    if (why === undefined) {
      okCount++;
      if (it?.end === undefined) found.recovered.push(value);
      continue;
    }
    if (why === "unexpected") unknownToJepsen++;
    const type = why === "aborted" ? why : "unexpected";
    found[type].push(value);
    anomalies.add(type, () => ({
      key: "set",
      element: value,
      ops: [it?.first, complete].flatMap((op) => op?.index ?? []),
      explanation: `set: ${read}, shows ${stringifyJson(value)}, ` +
        (why === "unexpected"
          ? "which nobody had added"
          : why === "early"
          ? `which nobody had added before op ${it?.first.index}`
          : "whose add had failed"),
    }));
  }
  const jepsens = found.lost.length + late + unknownToJepsen === 0;
  const verdict = verdictOf(anomalies);
  const twice = values.length - shown.size;
  return {
    ...verdict,
    ...(verdict.valid !== jepsens && {
      asMaelstrom: {
        valid: jepsens,
        ignores: jepsens ? ["elements that can't be there yet"] : [],
      },
    }),
    details: {
      attemptCount: added.size,
      acknowledgedCount: added.values().filter(({ end }) => end).toArray()
        .length,
      okCount,
      ...Object.fromEntries(
        Object.entries(found).flatMap(([name, elements]) => [
          [`${name}Count`, elements.length],
          [name, elements],
        ]),
      ),
    },
    forms: {
      lost: "values",
      unexpected: "values",
      aborted: "values",
      recovered: "values",
    },
    notes: [
      ...reads.length > 1
        ? [
          `set: of ${reads.length} reads only the last is judged; set-full ` +
          "judges all.",
        ]
        : [],
      ...late > 0
        ? [
          `set: ${late} elements that the last read does not show were ` +
          "acknowledged only after it had begun, so they need not be lost; " +
          "Jepsen's checker calls them lost.",
        ]
        : [],
      ...twice > 0
        ? [`set: the last read shows ${twice} elements more than once.`]
        : [],
    ],
  };
}
