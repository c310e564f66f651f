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
 * With sessions, a causal past is a beginning of each of them: one number for
 * each, a vector clock (Møldrup and Pavlogiannis, AWDIT, PLDI 2025). Time is
 * O(n · sessions). Without sessions it is a search, which may be given up; but
 * what holds with sessions holds without.
 *
 * @module
 */
import { stringifyJson } from "../../json.ts";
import { type Anomalies, Status } from "../anomalies.ts";
import { countLeading } from "../count_leading.ts";
import { findSingle, Rel, type Step } from "../dependencies/cycles.ts";
import {
  type Components,
  components,
  EdgeList,
  Graph,
} from "../dependencies/graph.ts";
import { addProcessOrder } from "../dependencies/order_of_time.ts";
import { describe, type Reason } from "../dependencies/told.ts";
import { type ListVersions, NOBODY, UNSEEN } from "./list_versions.ts";
import { NIL } from "./transactions.ts";
import { asks } from "./visibility.ts";

/** How many numbers the clocks of all transactions may have. */
const CLOCKS = 150_000_000;
/** So many violations are told. */
const TOLD = 16;

/**
 * Adds violations of causality, of a session's order too if that is asked.
 *
 * @param prohibited which anomalies are of interest
 * @returns whether the search was given up
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
  const ofAll = asks(prohibited, type, "G-single-item");
  if (!ofSessions && !ofAll) return false;
  const search = new Search(lists, anomalies);
  const found = search.byClocks(ofSessions);
  if (found === "none") return false;
  if (found === "cyclic" && ofSessions) return false; // a G1c-process
  if (found === "some" && ofSessions) return false;
  const isGivenUp = ofAll && search.byCycles();
  return isGivenUp || ofSessions;
}

/** The appends of one session to a key, by their place in the session. */
interface Appends {
  readonly session: number;
  readonly index: number[];
  /** The largest place in the list so far; infinite if that is unknown. */
  readonly place: number[];
  readonly txn: number[];
}

class Search {
  /** Transactions, and behind them what a list shows up to each element. */
  readonly #past: Graph;
  readonly #size: number;

  constructor(
    private readonly lists: ListVersions,
    private readonly anomalies: Anomalies,
  ) {
    const { txns, isPossible } = lists;
    this.#size = txns.count + txns.values.length;
    const edges = this.#visibility();
    addProcessOrder(txns, edges, Rel.process, isPossible);
    this.#past = Graph.of(this.#size, edges);
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
   * By vector clocks.
   *
   * @param isTold whether to add what is found
   */
  byClocks(isTold: boolean): "none" | "some" | "cyclic" | "too large" {
    const order = components(this.#past, Rel.wr | Rel.process);
    if (order.sizes.length < this.#size) return "cyclic";
    const { of, index, count } = this.#sessions();
    if (this.#size * count > CLOCKS) return "too large";
    const clocks = this.#clocks(order, of, index, count);
    const appends = this.#appends(of, index);
    let found = 0;
    this.#reads((t, k, length, m) => {
      for (const { session, index, place, txn } of appends[k]) {
        const now = clocks[t * count + session];
        const known = countLeading(index.length, (i) => index[i] <= now);
        if (known === 0 || place[known - 1] < length) continue;
        const missed = place.findIndex((it) => it >= length);
        if (isTold && found++ < TOLD) this.#tell(t, m, txn[missed]);
        found ||= 1;
      }
    });
    return found > 0 ? "some" : "none";
  }

  #sessions(): { of: Int32Array; index: Int32Array; count: number } {
    const { count, ops } = this.lists.txns;
    const numbers = new Map<unknown, number>();
    const of = new Int32Array(count);
    const index = new Int32Array(count);
    const length: number[] = [];
    for (let t = 0; t < count; t++) {
      const session = numbers.getOrInsert(ops[t].process, numbers.size);
      of[t] = session;
      length[session] ??= 0;
      index[t] = length[session]++;
    }
    return { of, index, count: numbers.size };
  }

  /** Of each session the last transaction in the past, or -1. */
  #clocks(
    order: Components,
    of: Int32Array,
    index: Int32Array,
    count: number,
  ): Int32Array {
    const { start, to } = this.#past;
    const { count: txns } = this.lists.txns;
    const clocks = new Int32Array(this.#size * count).fill(-1);
    // Components are numbered against the edges.
    const vertices = new Int32Array(this.#size);
    order.of.forEach((c, v) => vertices[this.#size - 1 - c] = v);
    for (const v of vertices) {
      for (let e = start[v]; e < start[v + 1]; e++) {
        const w = to[e] * count;
        for (let s = 0; s < count; s++) {
          const now = clocks[v * count + s];
          if (clocks[w + s] < now) clocks[w + s] = now;
        }
        if (v >= txns) continue;
        if (clocks[w + of[v]] < index[v]) clocks[w + of[v]] = index[v];
      }
    }
    return clocks;
  }

  #appends(of: Int32Array, index: Int32Array): Appends[][] {
    const { lists } = this;
    const { count, start, isWrite, key, keys, version } = lists.txns;
    const bySession = keys.map(() => new Map<number, Appends>());
    for (let t = 0; t < count; t++) {
      if (lists.isPossible[t] === 0) continue;
      for (let m = start[t]; m < start[t + 1]; m++) {
        if (isWrite[m] === 0) continue;
        const place = lists.place[version[m]];
        const appends = bySession[key[m]].getOrInsertComputed(
          of[t],
          () => ({ session: of[t], index: [], place: [], txn: [] }),
        );
        appends.index.push(index[t]);
        appends.txn.push(t);
        appends.place.push(
          Math.max(
            place === UNSEEN ? Infinity : place,
            appends.place.at(-1) ?? -1,
          ),
        );
      }
    }
    return bySession.map((it) => [...it.values()]);
  }

  #tell(t: number, m: number, missed: number): void {
    const path = this.#path(missed, t);
    const isOfSession = path.some(({ rel }) => rel === "process");
    this.#add(
      isOfSession ? "causality-violation-process" : "causality-violation",
      m,
      [{ from: t, to: missed, rel: "rw" }, ...path],
    );
  }

  #add(type: string, m: number, steps: readonly Step[]): void {
    const { txns } = this.lists;
    this.anomalies.add(
      type,
      () =>
        describe(
          txns,
          { type, steps },
          (before, after, rel) => this.#reason(before, after, rel, m),
        ),
    );
  }

  /** A shortest way from a transaction to what it is in the past of. */
  #path(from: number, target: number): Step[] {
    const { start, to, mask } = this.#past;
    const { count } = this.lists.txns;
    // Where the way comes from; the last transaction on it; by which label.
    const last = new Map<number, Step>();
    const queue = [from];
    for (const v of queue) {
      if (v === target) break;
      for (let e = start[v]; e < start[v + 1]; e++) {
        const w = to[e];
        if (w === from || last.has(w)) continue;
        last.set(w, {
          from: v < count ? v : last.get(v)?.from ?? v,
          to: w,
          rel: mask[e] & Rel.wr ? "wr" : "process",
        });
        queue.push(w);
      }
    }
    const path: Step[] = [];
    for (let step = last.get(target); step !== undefined;) {
      path.unshift(step);
      step = step.from === from ? undefined : last.get(step.from);
    }
    return path;
  }

  /**
   * By cycles: a reader, one of the appends that its list misses, and back from
   * who made it by what others read.
   *
   * @returns whether the search was given up
   */
  byCycles(): boolean {
    const { lists } = this;
    const { count, values, keys, keyOf } = lists.txns;
    const edges = this.#visibility();
    // What is missed of a list: an append and all after it; all that nobody
    // saw; who made it, as the one whose appends others see.
    const rest = this.#size;
    const unseen = rest + values.length;
    const maker = unseen + keys.length;
    for (let v = 0; v < values.length; v++) {
      const writer = lists.possibleWriter(v);
      const k = keyOf[v];
      if (writer !== NOBODY) {
        edges.push(rest + v, maker + writer, Rel.ww);
        edges.push(maker + writer, count + v, Rel.wr);
      }
      if (lists.place[v] === UNSEEN) {
        edges.push(unseen + k, rest + v, Rel.ww);
        continue;
      }
      const next = lists.orders[k][lists.place[v] + 1];
      edges.push(
        rest + v,
        next === undefined ? unseen + k : rest + next,
        Rel.ww,
      );
    }
    this.#reads((t, k, length) => {
      const next = lists.orders[k][length];
      edges.push(t, next === undefined ? unseen + k : rest + next, Rel.rw);
    });
    const graph = Graph.of(maker + count, edges);
    const { cycles, isIncomplete } = findSingle(graph, Rel.wr | Rel.ww);
    for (const cycle of cycles) this.#tellCycle(cycle, maker);
    return isIncomplete;
  }

  /** Leaves out all but the transactions. */
  #tellCycle(cycle: readonly Step[], maker: number): void {
    const { count } = this.lists.txns;
    const t = cycle[0].from;
    const missed = cycle.find(({ to }) => to >= maker)?.to ?? maker;
    const steps: Step[] = [{ from: t, to: missed - maker, rel: "rw" }];
    for (const { to, rel } of cycle) {
      if (rel !== "wr" || to >= count) continue;
      steps.push({ from: steps.at(-1)?.to ?? t, to, rel: "wr" });
    }
    this.#add("causality-violation", NIL, steps);
  }

  #reason(before: number, after: number, rel: string, read: number): Reason {
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
        if (isRw && read !== NIL && read !== r) continue;
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
