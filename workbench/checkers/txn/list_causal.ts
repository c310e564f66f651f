/**
 * Decides whether lists are causally consistent: whoever reads a key sees all
 * that was appended to it by transactions in its causal past, which is what it
 * read of others, and what those read, and so on; and what their sessions did
 * before, where the model asks for that (Biswas and Enea, On the Complexity of
 * Checking Transactional Consistency, OOPSLA 2019: an order of transactions
 * makes the lists, so what is missed comes after the reader).
 *
 * A list that a transaction reads shows it all who appended to it, not only the
 * last one.
 *
 * Key by key, how much of its list is in each causal past is carried along the
 * order of transactions, from its first append to the last read that misses
 * any: the time is that of all transactions, times the keys that are in use at
 * the same time.
 *
 * @module
 */
import { stringifyJson } from "../../json.ts";
import { type Anomalies, Status } from "../anomalies.ts";
import { Rel, type Step } from "../dependencies/cycles.ts";
import { EdgeList, Graph } from "../dependencies/graph.ts";
import { addProcessOrder } from "../dependencies/order_of_time.ts";
import { describe, type Reason } from "../dependencies/told.ts";
import { type ListVersions, NOBODY, UNSEEN } from "./list_versions.ts";
import { NIL } from "./transactions.ts";
import { asks } from "./visibility.ts";

/**
 * How many transactions and appends are looked at, each once for each key that
 * is in use at its time.
 */
const BUDGET = 2_000_000_000;
/** So many violations are told. */
const TOLD = 16;
/** The place of what nobody saw, behind all others; and where nothing is. */
const LAST = 2 ** 30;
const NEVER = 2 ** 30 + 1;

/**
 * Adds violations of causality, of a session's order too if that is asked.
 *
 * @param prohibited which anomalies are of interest
 * @returns whether it was given up to decide that
 */
export function findCausality(
  lists: ListVersions,
  prohibited: ReadonlySet<string>,
  anomalies: Anomalies,
): boolean {
  const type = "causality-violation";
  const ofSessions = asks(
    prohibited,
    `${type}-process`,
    "G-single-item-process",
  );
  if (!ofSessions && !asks(prohibited, type, "G-single-item")) return false;
  return new Search(lists, anomalies, ofSessions).run() === "too much";
}

class Search {
  /** Transactions, and behind them what a list shows up to each element. */
  readonly #after: Graph;
  /** The same edges, turned round. */
  readonly #before: Graph;
  readonly #size: number;
  #told = 0;

  constructor(
    private readonly lists: ListVersions,
    private readonly anomalies: Anomalies,
    ofSessions: boolean,
  ) {
    const { txns, isPossible } = lists;
    this.#size = txns.count + txns.values.length;
    const edges = this.#visibility();
    if (ofSessions) addProcessOrder(txns, edges, Rel.process, isPossible);
    this.#after = Graph.of(this.#size, edges);
    const { from, to, mask } = edges;
    this.#before = Graph.of(this.#size, { from: to, to: from, mask });
  }

  /** Who appended what a list shows, and who read that. */
  #visibility(): EdgeList {
    const { lists } = this;
    const { count, values } = lists.txns;
    const edges = new EdgeList();
    for (let v = 0; v < values.length; v++) {
      if (lists.place[v] === UNSEEN) continue;
      const writer = lists.possibleWriter(v);
      if (writer !== NOBODY) edges.push(writer, count + v, Rel.wr);
      const before = lists.previous(v);
      if (before !== NIL) edges.push(count + before, count + v, Rel.wr);
    }
    this.#reads((t, _, length, m) => {
      if (length === 0) return;
      const last = lists.txns.elements[lists.txns.list[m] + length - 1];
      if (lists.place[last] !== UNSEEN) edges.push(count + last, t, Rel.wr);
    });
    return edges;
  }

  /** The reads of committed transactions, without their own appends. */
  #reads(
    found: (txn: number, key: number, length: number, read: number) => void,
  ): void {
    const { lists } = this;
    const { count, start, isWrite, key, status, list, elements } = lists.txns;
    for (let t = 0; t < count; t++) {
      if (status[t] !== Status.ok) continue;
      for (let m = start[t]; m < start[t + 1]; m++) {
        if (isWrite[m] === 1) continue;
        let end = list[m];
        while (end < list[m + 1] && lists.writer[elements[end]] !== t) end++;
        found(t, key[m], end - list[m], m);
      }
    }
  }

  /**
   * For each key, what of it is in each causal past: as far as its list goes,
   * carried from a transaction to those after it, from the first append to the
   * last read that misses one.
   */
  run(): "decided" | "too much" {
    const order = this.#order();
    if (order === undefined) return "decided"; // a circle: there is G1c
    const { lists } = this;
    const { keys } = lists.txns;
    const position = new Int32Array(this.#size);
    order.forEach((v, i) => position[v] = i);
    const appends = this.#appends();
    const reads = this.#lackingReads();
    const ranges = keys.map((_, k) => {
      const first = appends[k].reduce(
        (least, { txn }) => Math.min(least, position[txn]),
        Infinity,
      );
      const last = reads[k].reduce(
        (most, { txn }) => Math.max(most, position[txn]),
        -1,
      );
      return { first, last };
    });
    const cost = ranges.reduce(
      (sum, { first, last }) => sum + Math.max(0, last - first),
      0,
    );
    if (cost > BUDGET) return "too much";
    const { start, to } = this.#before;
    const place = new Int32Array(this.#size).fill(-1);
    const least = new Int32Array(this.#size).fill(NEVER);
    const known = new Int32Array(this.#size);
    ranges.forEach(({ first, last }, k) => {
      if (last <= first) return;
      for (const it of appends[k]) {
        place[it.txn] = Math.max(place[it.txn], it.place);
      }
      for (const it of reads[k]) {
        least[it.txn] = Math.min(least[it.txn], it.length);
      }
      for (let i = first; i <= last; i++) {
        const v = order[i];
        let far = -1;
        for (let e = start[v]; e < start[v + 1]; e++) {
          const before = position[to[e]];
          if (before >= first && known[before] > far) far = known[before];
        }
        if (far >= least[v]) this.#tell(v, k, least[v]);
        known[i] = Math.max(far, place[v]);
      }
      for (const { txn } of appends[k]) place[txn] = -1;
      for (const { txn } of reads[k]) least[txn] = NEVER;
    });
    return "decided";
  }

  /**
   * An order of what may have happened, close to that of time.
   *
   * @returns undefined if there is none
   */
  #order(): Int32Array | undefined {
    const { count } = this.lists.txns;
    const { start, to } = this.#after;
    const waiting = new Int32Array(this.#size);
    for (const v of to) waiting[v]++;
    const order = new Int32Array(this.#size);
    let done = 0;
    let added = 0;
    const settle = (v: number) => {
      order[added++] = v;
      for (; done < added; done++) {
        const u = order[done];
        for (let e = start[u]; e < start[u + 1]; e++) {
          const w = to[e];
          // Transactions wait for their turn, unless that is over.
          if (--waiting[w] === 0 && (w >= count || w < turn)) {
            order[added++] = w;
          }
        }
      }
    };
    let turn = 0;
    for (let v = count; v < this.#size; v++) {
      if (waiting[v] === 0) order[added++] = v;
    }
    while (turn < count) {
      const t = turn++;
      if (waiting[t] === 0) settle(t);
    }
    return added === this.#size ? order : undefined;
  }

  /** By key who appended to it, up to which place. */
  #appends(): { readonly txn: number; readonly place: number }[][] {
    const { lists } = this;
    const { count, start, isWrite, key, keys, version } = lists.txns;
    const result = keys.map((): { txn: number; place: number }[] => []);
    for (let t = 0; t < count; t++) {
      if (lists.isPossible[t] === 0) continue;
      for (let m = start[t]; m < start[t + 1]; m++) {
        if (isWrite[m] === 0) continue;
        const place = lists.place[version[m]];
        result[key[m]].push({ txn: t, place: place === UNSEEN ? LAST : place });
      }
    }
    return result;
  }

  /** By key who read less of it than there may be. */
  #lackingReads(): { readonly txn: number; readonly length: number }[][] {
    const { lists } = this;
    const { keys, values, keyOf } = lists.txns;
    const sizes = new Int32Array(keys.length);
    for (let v = 0; v < values.length; v++) sizes[keyOf[v]]++;
    const result = keys.map((): { txn: number; length: number }[] => []);
    this.#reads((txn, k, length) => {
      if (length < sizes[k]) result[k].push({ txn, length });
    });
    return result;
  }

  /** A transaction reads so much of a key, and has more in its past. */
  #tell(t: number, k: number, length: number): void {
    if (this.#told++ >= TOLD) return;
    const { txns } = this.lists;
    const path = this.#path(t, k, length);
    const isOfSession = path.some(({ rel }) => rel === "process");
    const type = isOfSession
      ? "causality-violation-process"
      : "causality-violation";
    const steps: Step[] = [{ from: t, to: path[0].from, rel: "rw" }, ...path];
    this.anomalies.add(
      type,
      () =>
        describe(
          txns,
          { type, steps },
          (before, after, rel) => this.#reason(before, after, rel, k),
        ),
    );
  }

  /** The shortest way to a transaction from one whose append it misses. */
  #path(target: number, k: number, length: number): Step[] {
    const { lists } = this;
    const { count, start: starts, isWrite, key, version } = lists.txns;
    const isMissed = (t: number) => {
      for (let m = starts[t]; m < starts[t + 1]; m++) {
        if (isWrite[m] === 0 || key[m] !== k) continue;
        const place = lists.place[version[m]];
        if (place === UNSEEN || place >= length) return true;
      }
      return false;
    };
    const { start, to, mask } = this.#before;
    /** By vertex the next transaction on the way, and how it gets there. */
    const next = new Map<number, Step>();
    const queue = [target];
    for (const v of queue) {
      if (v !== target && v < count && isMissed(v)) {
        const path: Step[] = [];
        for (let step = next.get(v); step; step = next.get(step.to)) {
          path.push({ ...step, from: path.at(-1)?.to ?? v });
          if (step.to === target) break;
        }
        return path;
      }
      for (let e = start[v]; e < start[v + 1]; e++) {
        const u = to[e];
        if (u === target || next.has(u)) continue;
        const through = v >= count ? next.get(v) : undefined;
        next.set(u, {
          from: u,
          to: through?.to ?? v,
          rel: through?.rel ?? (mask[e] & Rel.wr ? "wr" : "process"),
        });
        queue.push(u);
      }
    }
    throw new Error(`nothing before transaction ${target} is missed`);
  }

  #reason(before: number, after: number, rel: string, k: number): Reason {
    const { lists } = this;
    const { start, isWrite, key, keys, values, version } = lists.txns;
    const text = (v: number) => stringifyJson(values[v]);
    const isRw = rel === "rw";
    const [reader, maker] = isRw ? [before, after] : [after, before];
    for (let w = start[maker]; w < start[maker + 1]; w++) {
      if (isWrite[w] === 0) continue;
      const v = version[w];
      for (let r = start[reader]; r < start[reader + 1]; r++) {
        if (isWrite[r] === 1 || key[r] !== key[w]) continue;
        if (isRw && key[r] !== k) continue;
        if (lists.read(r).includes(v) === isRw) continue;
        const name = stringifyJson(keys[key[r]]);
        const last = version[r];
        return {
          key: keys[key[r]],
          value: isRw ? (last === NIL ? null : values[last]) : values[v],
          ...(isRw && { "value'": values[v] }),
          words: isRw
            ? (a, b) =>
              `${a} read key ${name} ${
                last === NIL ? "empty" : `up to ${text(last)}`
              }, without ${text(v)}, which ${b} appended`
            : (a, b) => `${b} read ${a}'s append of ${text(v)} to key ${name}`,
        };
      }
    }
    return { words: (a, b) => `${a} comes before ${b}` };
  }
}
