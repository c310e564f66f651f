/**
 * Checks histories of transactions that read lists and append to them, as Elle
 * does (Kingsbury and Alvaro, Elle: Inferring isolation anomalies from
 * experimental observations, VLDB 2020).
 *
 * @module
 */

import { type History } from "../../load/history.ts";
import { stringifyJson } from "../../json.ts";
import {
  Anomalies,
  Status,
  uncheckable,
  UncheckableError,
} from "../anomalies.ts";
import { Rel, type RelName } from "../dependencies/cycles.ts";
import { EdgeList, groups, IntList } from "../dependencies/graph.ts";
import { addCycles, type Reason } from "../dependencies/told.ts";
import { type CheckResult } from "../result.ts";
import { findCausality } from "./list_causal.ts";
import {
  addWriteOrder,
  type Choice,
  chooseOrders,
  keepCertainOrders,
  tellChoice,
} from "./list_contradictions.ts";
import { checkOrders } from "./list_orders.ts";
import { checkLists } from "./list_reads.ts";
import { decideUnseen } from "./list_snapshots.ts";
import { ListVersions, NOBODY, UNSEEN } from "./list_versions.ts";
import {
  addTimeOrders,
  prohibitedBy,
  type TxnOptions,
  verdict,
} from "./result.ts";
import { NIL, transactions } from "./transactions.ts";
import { findInvisible, invisible } from "./visibility.ts";

/** Anomalies that Elle does not look for. */
const ours = {
  ...invisible,
  "reordered-appends": "whether a transaction's own appends are in order",
};

/**
 * Checks a history of `["r", key, list]` and `["append", key, element]`. A list
 * that is missing is read as `null` or as `[]`.
 */
export function checkListAppend(
  history: History,
  options: TxnOptions,
): CheckResult {
  try {
    const lists = new ListVersions(transactions(history, "append"));
    return new ListAppend(lists).check(options);
  } catch (error) {
    if (error instanceof UncheckableError) return uncheckable(error);
    throw error;
  }
}

class ListAppend {
  readonly #anomalies = new Anomalies();

  constructor(private readonly lists: ListVersions) {}

  check(options: TxnOptions): CheckResult {
    const { txns, isPossible } = this.lists;
    const prohibited = prohibitedBy(options);
    checkLists(this.lists, this.#anomalies);
    checkOrders(this.lists, this.#anomalies);
    findInvisible(txns, this.lists, prohibited, this.#anomalies);
    const choice = this.#chooseOrders(prohibited);
    const edges = this.#dependencies();
    addTimeOrders(txns, edges, prohibited, isPossible);
    const isGivenUp = findCausality(this.lists, prohibited, this.#anomalies);
    const doubts = addCycles(
      txns,
      edges,
      this.#anomalies,
      (before, after, rel) => this.#reason(before, after, rel),
    );
    const { undecided, added } = decideUnseen(
      this.lists,
      edges,
      prohibited,
      this.#anomalies,
    );
    const unseen = added.map((type) => [type, "appends that nobody saw"]);
    const result = verdict(
      this.#anomalies,
      options,
      {
        ...doubts,
        undecided,
        isIncomplete: isGivenUp ||
          (doubts.isIncomplete && prohibited.has("G-single-item")),
      },
      { ...ours, ...Object.fromEntries(unseen) },
    );
    return choice === undefined ? result : tellChoice(result, choice);
  }

  /** Where lists contradict each other, the longest ones may be wrong. */
  #chooseOrders(prohibited: ReadonlySet<string>): Choice | undefined {
    if (!this.#anomalies.counts.has("incompatible-order")) return undefined;
    if (!prohibited.has("incompatible-order")) {
      return chooseOrders(this.lists, prohibited);
    }
    keepCertainOrders(this.lists);
    return undefined;
  }

  #dependencies(): EdgeList {
    const { count, start, isWrite, key, version, keys, values, status } =
      this.lists.txns;
    const edges = new EdgeList();
    // Readers by what they saw last; by the key, if they saw nothing.
    const saw = new IntList();
    const reader = new IntList();
    for (let t = 0; t < count; t++) {
      if (status[t] !== Status.ok) continue;
      for (let m = start[t]; m < start[t + 1]; m++) {
        if (isWrite[m] === 1) continue;
        const last = version[m];
        saw.push(last === NIL ? values.length + key[m] : last);
        reader.push(t);
        if (last === NIL) continue;
        const writer = this.lists.possibleWriter(last);
        if (writer !== NOBODY && writer !== t) edges.push(writer, t, Rel.wr);
      }
    }
    const readers = groups(values.length + keys.length, saw, reader);
    addWriteOrder(this.lists, edges);
    for (let t = 0; t < count; t++) {
      if (this.lists.isPossible[t] === 0) continue;
      for (let m = start[t]; m < start[t + 1]; m++) {
        if (isWrite[m] === 0) continue;
        const before = this.lists.previous(version[m]);
        const state = before === NIL ? values.length + key[m] : before;
        for (let r = readers.start[state]; r < readers.start[state + 1]; r++) {
          if (readers.to[r] !== t) edges.push(readers.to[r], t, Rel.rw);
        }
      }
    }
    return edges;
  }

  /** Why one transaction comes before another. */
  #reason(before: number, after: number, rel: RelName): Reason {
    const { start, isWrite, key, keys, version, values } = this.lists.txns;
    const text = (v: number) => stringifyJson(values[v]);
    for (let m = start[after]; m < start[after + 1]; m++) {
      const v = version[m];
      const k = key[m];
      const name = stringifyJson(keys[k]);
      if (rel === "wr") {
        if (isWrite[m] === 1 || v === NIL) continue;
        if (this.lists.possibleWriter(v) !== before) continue;
        return {
          key: keys[k],
          value: values[v],
          words: (a, b) =>
            `${b} read ${a}'s append of ${text(v)} to key ${name}`,
        };
      }
      if (isWrite[m] === 0) continue;
      const previous = rel === "ww"
        ? this.lists.previousPossible(v)
        : this.lists.previous(v);
      const detail = {
        key: keys[k],
        value: previous === NIL ? null : values[previous],
        "value'": values[v],
      };
      const since = this.lists.place[v] === UNSEEN
        ? `, which no read showed yet`
        : "";
      if (rel === "ww") {
        if (previous === NIL || this.lists.writer[previous] !== before) {
          continue;
        }
        return {
          ...detail,
          words: (a, b) =>
            `${b} appended ${text(v)} to key ${name}${since}, after ${a} ` +
            `appended ${text(previous)}`,
        };
      }
      for (let r = start[before]; r < start[before + 1]; r++) {
        if (isWrite[r] === 1 || key[r] !== k || version[r] !== previous) {
          continue;
        }
        return {
          ...detail,
          words: (a, b) =>
            previous === NIL
              ? `${a} read key ${name} empty, and ${b} appended ${text(v)}`
              : `${a} read key ${name} up to ${text(previous)}, without ` +
                `${text(v)}, which ${b} appended`,
        };
      }
    }
    return { words: (a, b) => `${a} comes before ${b}` };
  }
}
