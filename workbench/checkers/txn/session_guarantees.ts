/**
 * Decides what sessions are promised of each key by itself (Terry et al.,
 * Session Guarantees for Weakly Consistent Replicated Data, PDIS 1994; in the
 * words of Viotti and Vukolić, Consistency in Non-Transactional Distributed
 * Storage Systems, 2016): there is an order of each key's versions, in which a
 * read shows the last one that it must see, or a later one.
 *
 * | model            | a read must see                                         |
 * | ---------------- | ------------------------------------------------------- |
 * | read-your-writes | what its session's earlier transactions wrote           |
 * | monotonic-reads  | what its session read of others before                  |
 * | PRAM             | both, and a session's writes of a key are in its order  |
 *
 * Besides, what a transaction read comes before what it then put in its place.
 *
 * So versions come before others, and the model holds for single keys if and
 * only if no circle comes of that. Two of the models ask for no more. PRAM does,
 * as do monotonic-writes and writes-follow-reads: in what way is told in several
 * ways where transactions have many keys. All are implied by causal consistency;
 * if that does not hold, and no key is in a circle, they are left open.
 *
 * @module
 */
import { who } from "../../load/history.ts";
import { stringifyJson } from "../../json.ts";
import { type Anomalies, type Instance } from "../anomalies.ts";
import { prohibitedAnomalies } from "../dependencies/consistency_models.ts";
import { EdgeList, Graph } from "../dependencies/graph.ts";
import { shortCycles } from "../dependencies/ways.ts";
import { brief, show } from "../words.ts";
import { INITIAL, type Registers } from "./registers.ts";
import { transactionOf, type Transactions } from "./transactions.ts";
import { violations, type WeakDecision } from "./weak.ts";
import { writtenBy } from "./weak_models.ts";

type Guarantee = "read-your-writes" | "monotonic-reads" | "PRAM";

const anomalyOf: Readonly<Record<Guarantee, string>> = {
  "read-your-writes": "missing-your-writes",
  "monotonic-reads": "non-monotonic-reads",
  "PRAM": "session-order-violation",
};
const isDecided = new Set(["read-your-writes", "monotonic-reads"]);
const names = [
  "read-your-writes",
  "monotonic-reads",
  "PRAM",
  "monotonic-writes",
  "writes-follow-reads",
] as const;

/**
 * Why a version comes before another: a session had read or written it, and
 * then read, or wrote, the other one. Writes are indices in `writeKey`.
 */
interface VersionStep {
  readonly from: number;
  /** {@linkcode INITIAL}, where that was read. */
  readonly to: number;
  /** Index in `readKey`; -1 if the session wrote the first. */
  readonly earlier: number;
  /** Index in `readKey`; -1 if the session wrote the second. */
  readonly later: number;
  /** Whether the writer of the second read the first, and replaced it. */
  readonly isReplaced?: boolean;
}

/** The writers, numbered as in `Transactions`, of versions one of a key. */
export interface Replaced {
  readonly key: number;
  readonly before: number;
  readonly after: number;
}

/** Each a circle, or a step to the initial state. */
function brokenGuarantees(
  registers: Registers,
  guarantee: Guarantee,
  replaced: Iterable<Replaced>,
): (readonly VersionStep[])[] {
  const { count, numberOf, sessionOf, sessionCount, before } = registers;
  const { readStart, readKey, readFrom, writeStart, writeKey } = registers;
  const found: VersionStep[][] = [];
  const steps: VersionStep[] = [];
  const edges = new EdgeList();
  /** Edges are labelled with their steps, or 1 if they are none. */
  const label = (step: VersionStep) => steps.push(step) << 1 | 1;
  const add = (step: VersionStep) => {
    if (step.to === INITIAL) found.push([step]);
    else edges.push(step.from, step.to, label(step));
  };
  // Behind the writes stands, for each, that and all earlier ones of its session.
  const upTo = (write: number) => writeKey.length + write;
  const written = sessionMaps<number[]>(sessionCount);
  const lastRead = sessionMaps<number>(sessionCount);
  // Others come last in their session, or nobody knows when.
  const hasEnded = new Uint8Array(count);
  for (const t of before) if (t >= 0) hasEnded[t] = 1;
  const writeOf = (t: number, key: number) => {
    for (let w = writeStart[t]; w < writeStart[t + 1]; w++) {
      if (writeKey[w] === key) return w;
    }
    return INITIAL;
  };
  for (let t = 0; t < count; t++) {
    const session = sessionOf[t];
    for (let r = readStart[t]; r < readStart[t + 1]; r++) {
      const key = readKey[r];
      const to = readFrom[r] === INITIAL ? INITIAL : writeOf(readFrom[r], key);
      const own = written[session].get(key) ?? [];
      if (guarantee !== "monotonic-reads" && own.length > 0) {
        const place = own.indexOf(to);
        const from = place < 0 ? own.length - 1 : place - 1;
        const step = { from: own[from], to, earlier: -1, later: r };
        if (from < 0 || to === INITIAL) {
          if (to === INITIAL) add(step);
        } else edges.push(upTo(own[from]), to, label(step));
        for (const later of place < 0 ? [] : own.slice(place + 1)) {
          add({ from: later, to, earlier: -1, later: r });
        }
      }
      if (guarantee === "read-your-writes") continue;
      const earlier = lastRead[session].get(key);
      if (earlier !== undefined) {
        const from = writeOf(readFrom[earlier], key);
        if (from !== to) add({ from, to, earlier, later: r });
      }
      if (to !== INITIAL) lastRead[session].set(key, r);
    }
    for (let w = writeStart[t]; w < writeStart[t + 1]; w++) {
      const own = written[session].getOrInsertComputed(writeKey[w], () => []);
      const last = own.at(-1);
      if (guarantee === "PRAM" && last !== undefined) {
        add({ from: last, to: w, earlier: -1, later: -1 });
      }
      if (hasEnded[t] === 0) continue;
      edges.push(w, upTo(w), 1);
      if (last !== undefined) edges.push(upTo(last), upTo(w), 1);
      own.push(w);
    }
  }
  for (const { key, before, after } of replaced) {
    const [a, b] = [numberOf[before], numberOf[after]];
    if (a < 0 || b < 0) continue;
    const [from, to] = [writeOf(a, key), writeOf(b, key)];
    if (from < 0 || to < 0) continue;
    const step = { from, to, earlier: -1, later: -1, isReplaced: true };
    edges.push(from, to, label(step));
  }
  const graph = Graph.of(2 * writeKey.length, edges);
  const circles = shortCycles(graph).map((way) => {
    // Turned so that it begins with a write.
    const first = way.findIndex(({ from }) => from < writeKey.length);
    const turned = [...way.slice(first), ...way.slice(0, first)];
    let { from } = turned[0];
    return turned.flatMap(({ to, label }): VersionStep[] => {
      if (label === 1) return [];
      const step = { ...steps[(label >> 1) - 1], from };
      from = to;
      return [step];
    });
  });
  return [...found, ...circles].sort((a, b) => a.length - b.length);
}

const sessionMaps = <T>(count: number) =>
  Array.from({ length: count }, () => new Map<number, T>());

/**
 * Decides the session guarantees among the models asked for, and adds what
 * breaks the weakest one of them.
 *
 * @param asked with all the weaker ones
 * @param replaced versions of whose order one can be certain
 */
export function decideGuarantees(
  txns: Transactions,
  registers: Registers,
  asked: ReadonlySet<string>,
  anomalies: Anomalies,
  replaced: () => Iterable<Replaced>,
): WeakDecision {
  const holding = new Set<string>();
  const undecided = new Set<string>();
  const wanted = names.filter((name) => asked.has(name));
  if (wanted.length === 0) return { holding, undecided };
  const isClean = !anomalies.hasAny(prohibitedAnomalies(["causal"]));
  if (isClean && isCausal(registers)) {
    return { holding: new Set(wanted), undecided };
  }
  for (const name of wanted) {
    const isOpen = name === "monotonic-writes" ||
      name === "writes-follow-reads";
    const found = isOpen ? [] : brokenGuarantees(registers, name, replaced());
    if (!isOpen && found.length > 0) {
      for (const steps of found) {
        anomalies.add(anomalyOf[name], () => told(txns, registers, steps));
      }
      break;
    }
    // What was aborted, or never written, is left out of what was read.
    if (isDecided.has(name) && isClean) holding.add(name);
    else undecided.add(name);
  }
  return { holding, undecided };
}

const isCausal = (registers: Registers) =>
  violations(registers, "causal", registers.before)?.length === 0;

function told(
  txns: Transactions,
  registers: Registers,
  steps: readonly VersionStep[],
): Instance {
  const { txnOf, readStart, writeStart, writeKey } = registers;
  const { ops, keys } = txns;
  const key = writeKey[steps[0].from];
  const valueOf = (write: number) =>
    write === INITIAL
      ? null
      : writtenBy(txns, registers, transactionOf(writeStart, write), key);
  const readerOf = (read: number) => ops[txnOf[transactionOf(readStart, read)]];
  const writerOf = (write: number) =>
    ops[txnOf[transactionOf(writeStart, write)]];
  const involved = steps.flatMap(({ from, to, earlier, later }) => [
    earlier < 0 ? writerOf(from) : readerOf(earlier),
    later < 0 ? writerOf(to) : readerOf(later),
  ]);
  const lines = steps.map(({ from, to, earlier, later, isReplaced }) => {
    const [old, seen] = [from, to].map((w) => stringifyJson(valueOf(w)));
    if (isReplaced) {
      const op = writerOf(to);
      return `op ${op.index} of ${who(op)} ${show(op.value)} read ${old} and ` +
        `wrote ${seen} in its place: ${old} comes before ${seen}.`;
    }
    const first = earlier < 0 ? writerOf(from) : readerOf(earlier);
    const then = later < 0 ? writerOf(to) : readerOf(later);
    const did =
      `${who(then)} ${
        earlier < 0 ? "wrote" : "read"
      } ${old} in op ${first.index} ${show(first.value)}, and then ${
        later < 0 ? "wrote" : "read"
      } ${to === INITIAL ? "the initial state" : seen} in op ${then.index} ` +
      show(then.value);
    return to === INITIAL ? `${did}.` : `${did}: ${old} comes before ${seen}.`;
  });
  return {
    ops: [...new Map(involved.map((op) => [op.index, brief(op)])).values()],
    key: keys[key],
    values: [...new Set(steps.map(({ from }) => valueOf(from)))],
    explanation: `Of key ${stringifyJson(keys[key])}:\n${
      lines.map((line) => `  - ${line}`).join("\n")
    }`,
  };
}
