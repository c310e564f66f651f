/**
 * Two small tests of Jepsen's, each of which looks for one thing.
 *
 * @module
 */
import { Anomalies, nothingRead, verdictOf } from "./anomalies.ts";
import { type CheckResult } from "./result.ts";
import { tell } from "./words.ts";
import { canonicalJson, stringifyJson } from "../json.ts";
import { type History, type Op, pairs } from "../load/history.ts";

/**
 * Jepsen's `adya` G2: transactions of which two try to `insert` something under
 * a key, `[key, ids]`, each only if it finds nothing there. Both succeeding is
 * an anti-dependency cycle between predicate reads (`G2`), which
 * serializability forbids. Time: n.
 *
 * https://github.com/jepsen-io/jepsen/blob/main/jepsen/src/jepsen/tests/adya.clj
 */
export function checkG2(history: History): CheckResult {
  const inserts = new Map<string, { readonly key: unknown; ok: Op[] }>();
  for (const { invoke, complete } of pairs(history)) {
    if (invoke.f !== "insert" || !Array.isArray(invoke.value)) continue;
    const [key] = invoke.value;
    const it = inserts.getOrInsertComputed(
      canonicalJson(key ?? null),
      () => ({ key, ok: [] }),
    );
    if (complete?.type === "ok") it.ok.push(complete);
  }
  const all = [...inserts.values()];
  const illegal = all.filter(({ ok }) => ok.length > 1);
  const legal = all.filter(({ ok }) => ok.length === 1);
  if (illegal.length + legal.length === 0) {
    return nothingRead("G2: nothing was inserted");
  }
  const anomalies = new Anomalies();
  for (const { key, ok } of illegal) {
    anomalies.add("G2", () => ({
      key,
      ops: ok.map(({ index }) => index),
      explanation: `G2: ${ok.map(tell).join(" and ")} inserted under key ` +
        `${stringifyJson(key)}, and each had found nothing there`,
    }));
  }
  return {
    ...verdictOf(anomalies),
    details: {
      keyCount: all.length,
      legalCount: legal.length,
      illegalCount: illegal.length,
      illegal: Object.fromEntries(
        illegal.map(({ key, ok }) => [stringifyJson(key), ok.length]),
      ),
    },
    forms: { illegal: "by-value" },
  };
}

/**
 * CockroachDB's `sequential`: one client writes the parts of a key one after
 * the other, another one reads them from the last to the first, as
 * `[key, parts]`. Who saw a part sees those before it, so no part is missing
 * (null) after one that was there (`trailing-nil`). Time: m for m parts.
 *
 * https://github.com/jepsen-io/jepsen/blob/main/cockroachdb/src/jepsen/cockroach/sequential.clj
 */
export function checkSequential(history: History): CheckResult {
  const anomalies = new Anomalies();
  const counts = { all: 0, some: 0, none: 0, bad: 0 };
  for (const op of history) {
    if (op.f !== "read" || op.type !== "ok" || !Array.isArray(op.value)) {
      continue;
    }
    const [key, parts] = op.value;
    if (!Array.isArray(parts) || parts.length === 0) continue;
    const isThere = parts.map((it) => it !== null && it !== undefined);
    const first = isThere.indexOf(true);
    const missing = first < 0 ? -1 : isThere.indexOf(false, first);
    if (first < 0) counts.none++;
    else if (isThere.includes(false)) counts.some++;
    else counts.all++;
    if (missing < 0) continue;
    counts.bad++;
    anomalies.add("trailing-nil", () => ({
      key,
      op: op.index,
      values: [parts[first]],
      explanation: `sequential: ${tell(op)} read ` +
        `${stringifyJson(parts[first])} of key ${stringifyJson(key)}, and ` +
        `then missed a part that had been written before`,
    }));
  }
  const { all, some, none, bad } = counts;
  if (all + some + none === 0) {
    return nothingRead("sequential: no read was answered with [key, parts]");
  }
  return {
    ...verdictOf(anomalies),
    details: {
      allCount: all,
      someCount: some,
      noneCount: none,
      badCount: bad,
    },
  };
}
