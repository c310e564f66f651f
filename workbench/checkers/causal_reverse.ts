/**
 * Jepsen's `causal-reverse`, also known as CockroachDB's `comments`: of two
 * writes one after the other, none is seen without the first.
 *
 * https://github.com/jepsen-io/jepsen/blob/main/jepsen/src/jepsen/tests/causal_reverse.clj
 *
 * @module
 */
import { Anomalies, nothingRead, verdictOf } from "./anomalies.ts";
import { byKey } from "./keyed.ts";
import { type CheckResult } from "./result.ts";
import { type SetElements, setElements } from "./set_elements.ts";
import { addReversals, findReversals } from "./set_order.ts";
import { type History } from "../load/history.ts";

/**
 * In a history of `write`s of values and `read`s of all that was written, no
 * read shows a value and misses one whose write had ended before that one's
 * began. Strict serializability forbids it. Values may be `[key, value]`: then
 * each key is judged by itself.
 *
 * Values that the history does not write are passed over, as in Jepsen: they
 * may be from before.
 *
 * Time: m + n log n, for n operations that show m values.
 */
export function checkCausalReverse(history: History): CheckResult {
  const anomalies = new Anomalies();
  const errors: unknown[] = [];
  let readCount = 0;
  let foreign = 0;
  for (const { key, history: ofKey } of byKey(history)) {
    const set = setElements(ofKey, "write");
    readCount += set.reads.length;
    foreign += countForeign(set);
    const found = findReversals(set);
    addReversals(found, key ?? "set", anomalies);
    for (const { read, missing, missingCount, expectedCount } of found) {
      if (errors.length >= ERRORS_SHOWN) break;
      errors.push({
        index: read.complete.index,
        process: read.complete.process,
        missing: missing.map(({ value }) => value),
        missingCount,
        expectedCount,
      });
    }
  }
  if (readCount === 0) {
    return nothingRead("causal-reverse: no read was answered with a list");
  }
  return {
    ...verdictOf(anomalies),
    details: {
      readCount,
      errorCount: anomalies.counts.get("causal-reverse") ?? 0,
      errors,
    },
    forms: { errors: "list", missing: "values" },
    notes: foreign > 0
      ? [
        `causal-reverse: reads show ${foreign} values that nobody wrote in ` +
        "this history. They are taken for written before it.",
      ]
      : [],
  };
}

/** How many wrong reads the details list. */
const ERRORS_SHOWN = 64;

function countForeign({ added, reads }: SetElements): number {
  const foreign = new Set<unknown>();
  for (const { shown } of reads) {
    for (const key of shown) if (!added.has(key)) foreign.add(key);
  }
  return foreign.size;
}
