/**
 * Read uncommitted where the reads of a key contradict each other.
 *
 * Then no order of versions explains them all: all but one of the longest show
 * what was undone. Which one is right nobody can tell. So write cycles are
 * certain only if they are there whichever it is, in every key.
 *
 * @module
 */
import { components, EdgeList, Graph } from "../dependencies/graph.ts";
import { Rel } from "../dependencies/cycles.ts";
import { Status } from "../anomalies.ts";
import { type CheckResult, combine } from "../result.ts";
import { type ListVersions, NOBODY, startsWith } from "./list_versions.ts";
import { addTimeOrders, named } from "./result.ts";
import { NIL } from "./transactions.ts";

/** How many choices are tried, and how many transactions they may cost. */
const CHOICES = 256;
const EFFORT = 20_000_000;

/** Each append comes after the one before. */
export function addWriteOrder(lists: ListVersions, edges: EdgeList): void {
  const { count, start, isWrite, version } = lists.txns;
  for (let t = 0; t < count; t++) {
    if (lists.isPossible[t] === 0) continue;
    for (let m = start[t]; m < start[t + 1]; m++) {
      if (isWrite[m] === 0) continue;
      const before = lists.previousPossible(version[m]);
      const writer = before === NIL ? NOBODY : lists.writer[before];
      if (writer !== NOBODY && writer !== t) edges.push(writer, t, Rel.ww);
    }
  }
}

/** What came of keys that contradict themselves. */
export interface Choice {
  /** How many keys do. */
  readonly keys: number;
  /** Whether all choices were tried until one made no write cycle. */
  readonly isDecided: boolean;
  /** Whether there is a write cycle if the first of the longest is right. */
  readonly isLongestWrong: boolean;
}

/**
 * Takes to be right what all orders have in common that may be: write cycles
 * are certain then.
 */
export function keepCertainOrders(lists: ListVersions): void {
  for (const [k, orders] of candidateOrders(lists)) {
    lists.reorder(k, commonFront(orders));
  }
}

/**
 * Takes those orders to be right that make no write cycle, if there are any;
 * if they are too many to try, what all of them have in common.
 *
 * @param prohibited see {@linkcode addTimeOrders}
 * @returns undefined if no key contradicts itself
 */
export function chooseOrders(
  lists: ListVersions,
  prohibited: ReadonlySet<string>,
): Choice | undefined {
  const candidates = candidateOrders(lists);
  if (candidates.size === 0) return undefined;
  const { txns, isPossible } = lists;
  const isWrong = () => {
    const edges = new EdgeList();
    addWriteOrder(lists, edges);
    addTimeOrders(txns, edges, prohibited, isPossible);
    const { ww, process, realtime } = Rel;
    const graph = Graph.of(txns.count, edges);
    return components(graph, ww | process | realtime)
      .sizes.some((size) => size > 1);
  };
  const isLongestWrong = isWrong();
  const choices = [...candidates];
  const count = choices.reduce((n, [, orders]) => n * orders.length, 1);
  const isDecided = count <= Math.min(CHOICES, EFFORT / (txns.count + 1));
  if (!isDecided) {
    for (const [k, orders] of choices) lists.reorder(k, commonFront(orders));
  }
  for (let i = 0; isDecided && i < count; i++) {
    let rest = i;
    for (const [k, orders] of choices) {
      lists.reorder(k, orders[rest % orders.length]);
      rest = Math.floor(rest / orders.length);
    }
    if (!isWrong()) break;
  }
  const keys = choices.filter(([, orders]) => orders.length > 1).length;
  return { keys, isDecided, isLongestWrong };
}

/** By key the longest reads, without what was aborted, where there are more. */
function candidateOrders(
  lists: ListVersions,
): Map<number, readonly (readonly number[])[]> {
  const { count, start, isWrite, key, status, list, elements, keys } =
    lists.txns;
  const suspect = new Uint8Array(keys.length);
  const reads: number[] = [];
  for (let t = 0; t < count; t++) {
    if (status[t] !== Status.ok) continue;
    for (let m = start[t]; m < start[t + 1]; m++) {
      if (isWrite[m] === 1) continue;
      reads.push(m);
      const length = list[m + 1] - list[m];
      const longest = lists.longest[key[m]];
      if (length === 0) continue;
      if (startsWith(elements, list[longest], list[m], length)) continue;
      suspect[key[m]] = 1;
    }
  }
  const result = new Map<number, number[][]>();
  for (const m of reads) {
    if (suspect[key[m]] === 0) continue;
    const order = [...new Set(lists.read(m))]
      .filter((v) => lists.possibleWriter(v) !== NOBODY);
    const orders = result.getOrInsertComputed(key[m], () => []);
    if (orders.length > CHOICES) {
      // So many that they are not tried: what they have in common will do.
      orders[CHOICES] = commonFront([orders[CHOICES], order]);
      continue;
    }
    if (orders.some((other) => isFront(order, other))) continue;
    const rest = orders.filter((other) => !isFront(other, order));
    orders.splice(0, Infinity, ...rest, order);
  }
  return result;
}

const isFront = (a: readonly number[], b: readonly number[]) =>
  a.length <= b.length && a.every((v, i) => v === b[i]);

function commonFront(orders: readonly (readonly number[])[]): number[] {
  const [first, ...others] = orders;
  const length = first.findIndex((v, i) => others.some((it) => it[i] !== v));
  return first.slice(0, length < 0 ? first.length : length);
}

/** The result, with what is in doubt, and what Maelstrom would say. */
export function tellChoice(
  result: CheckResult,
  { keys, isDecided, isLongestWrong }: Choice,
): CheckResult {
  const told = isDecided || result.valid === false ? result : combine(result, {
    valid: "unknown",
    ...named([{ type: "contradicting-lists", count: keys }]),
    explanation: [
      `contradicting-lists: the reads of ${keys} keys contradict each other ` +
      `in too many ways to try which of them can be right.`,
    ],
  });
  const maelstrom = result.asMaelstrom ?? result;
  const valid = isLongestWrong ? false : maelstrom.valid;
  const ignores = [
    ...result.asMaelstrom?.ignores ?? [],
    ...told.valid === valid
      ? []
      : ["which of reads that contradict each other is right"],
  ];
  return ignores.length === 0
    ? told
    : { ...told, asMaelstrom: { valid, ignores } };
}
