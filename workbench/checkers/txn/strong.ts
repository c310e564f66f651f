/**
 * Decides serializability and snapshot isolation of transactions on registers,
 * and tells the verdict: see `solver/decide.ts`.
 *
 * @module
 */
import { type Anomalies, Status } from "../anomalies.ts";
import { Rel } from "../dependencies/cycles.ts";
import { EdgeList } from "../dependencies/graph.ts";
import {
  addProcessOrder,
  addRealtimeOrder,
} from "../dependencies/order_of_time.ts";
import { type Registers } from "./registers.ts";
import { minimalCore } from "./solver/core.ts";
import { decide } from "./solver/decide.ts";
import { type Level, type Problem } from "./solver/problem.ts";
import { prove, typeOfProof } from "./solver/prove.ts";
import { Teller } from "./solver/tell.ts";
import { type Transactions } from "./transactions.ts";

/** What an order must respect beside the data. */
type Time = "any" | "process" | "realtime";

interface Asked {
  readonly level: Level;
  readonly time: Time;
}

/** What is to be decided where these anomalies are ruled out. */
function asked(prohibited: ReadonlySet<string>): Asked[] {
  const find = (level: Level, anomaly: string): Asked[] =>
    prohibited.has(`${anomaly}-realtime`)
      ? [{ level, time: "realtime" }]
      : prohibited.has(`${anomaly}-process`)
      ? [{ level, time: "process" }]
      : prohibited.has(anomaly)
      ? [{ level, time: "any" }]
      : [];
  const serial = find("serializable", "G2-item");
  const snapshots = find("snapshot-isolation", "G-nonadjacent-item");
  const isMore = snapshots[0]?.time !== serial[0]?.time;
  return isMore ? [...serial, ...snapshots] : serial;
}

/** What came out of a decision. */
export interface OrderDecision {
  /** Models that hold, and so do all that they imply. */
  readonly holding: readonly string[];
  /** Those for which there is no verdict, each with why. */
  readonly undecided: readonly string[];
  /** Adds the reason why a model does not hold; returns the types added. */
  readonly tell: (anomalies: Anomalies) => readonly string[];
}

/**
 * Decides those models of one order of transactions, or of snapshots, that are
 * asked for.
 *
 * @param prohibited what the models asked for rule out
 * @param known writers of the same key, by their numbers in `registers`, whose
 * order is known; labelled `ww`
 * @param budget see {@linkcode decide}
 */
export function decideOrder(
  txns: Transactions,
  registers: Registers,
  prohibited: ReadonlySet<string>,
  known: EdgeList = new EdgeList(),
  budget?: number,
): OrderDecision {
  const holding: string[] = [];
  const undecided: string[] = [];
  const wanted = asked(prohibited);
  if (wanted.length === 0) return { holding, undecided, tell: () => [] };
  const likeliest = likeliestOrder(txns, registers);
  for (const { level, time } of wanted) {
    const model = names[level][time];
    const problemWith = (time: Time): Problem => ({
      registers,
      known: withTime(txns, registers, known, time),
      ...likeliest,
    });
    // Most databases keep the order of sessions unasked, and more is certain
    // with it. If they don't, that tells nothing.
    if (time === "any") {
      const { valid } = decide(problemWith("process"), level, budget);
      if (valid === true) {
        holding.push(model);
        continue;
      }
    }
    const problem = problemWith(time);
    const decision = decide(problem, level, budget);
    if (decision.valid === "unknown") {
      undecided.push(`${model} (${decision.why})`);
    } else if (decision.valid === false) {
      const tell = (anomalies: Anomalies) => {
        const { txns: numbers, problem: core } = minimalCore(
          problem,
          level,
          decision.cycles,
        );
        const proof = prove(core, level);
        if (proof === undefined) {
          throw new Error("transactions without an order, but with no proof");
        }
        const type = typeOfProof(proof);
        const teller = new Teller(txns, registers, numbers);
        anomalies.add(type, () => teller.tell(type, proof));
        return [type];
      };
      return { holding, undecided, tell };
    } else holding.push(model);
  }
  return { holding, undecided, tell: () => [] };
}

const names: Readonly<Record<Level, Readonly<Record<Time, string>>>> = {
  "serializable": {
    any: "serializable",
    process: "strong-session-serializable",
    realtime: "strict-serializable",
  },
  "snapshot-isolation": {
    any: "snapshot-isolation",
    process: "strong-session-snapshot-isolation",
    realtime: "strong-snapshot-isolation",
  },
};

function withTime(
  txns: Transactions,
  { numberOf }: Registers,
  known: EdgeList,
  time: Time,
): EdgeList {
  if (time === "any") return known;
  const happened = Uint8Array.from(numberOf, (n) => n < 0 ? 0 : 1);
  const edges = new EdgeList();
  const add = time === "process" ? addProcessOrder : addRealtimeOrder;
  add(txns, edges, Rel[time], happened);
  const all = new EdgeList();
  all.pushAll(known);
  all.pushAll(edges, numberOf);
  return all;
}

/**
 * The order of completion. Where no process runs before another one has done all
 * that it ever does, times are not known: then all are taken to have begun and
 * ended together. Where the fate of a transaction is unknown, it comes right
 * before the first one that read from it.
 */
function likeliestOrder(
  { events, status }: Transactions,
  registers: Registers,
): Pick<Problem, "hint" | "hasTimes"> {
  const { txnOf, numberOf, sessionOf, readStart, readFrom } = registers;
  const ended = Int32Array.from(events)
    .filter((event) => event < 0 && status[~event] === Status.ok)
    .map((event) => numberOf[~event])
    .filter((n) => n >= 0);
  const hasTimes = registers.sessionCount < 2 ||
    !isOneAfterTheOther(ended, sessionOf);
  if (!hasTimes) {
    const total = new Int32Array(registers.sessionCount);
    const progress = new Float64Array(registers.count);
    for (const n of ended) progress[n] = ++total[sessionOf[n]];
    for (const n of ended) progress[n] /= total[sessionOf[n]];
    ended.sort((a, b) => progress[a] - progress[b] || a - b);
  }
  const order = new Int32Array(registers.count);
  const isPlaced = new Uint8Array(registers.count);
  let placed = 0;
  const place = (n: number) => {
    if (isPlaced[n] === 1) return;
    isPlaced[n] = 1;
    order[placed++] = n;
  };
  for (const n of ended) {
    for (let i = readStart[n]; i < readStart[n + 1]; i++) {
      const from = readFrom[i];
      if (from >= 0 && status[txnOf[from]] !== Status.ok) place(from);
    }
    place(n);
  }
  for (let n = 0; n < registers.count; n++) place(n);
  return { hint: order, hasTimes };
}

/** Whether sessions never alternate. */
function isOneAfterTheOther(ended: Int32Array, sessionOf: Int32Array): boolean {
  const seen = new Set<number>();
  return ended.every((n, i) => {
    const session = sessionOf[n];
    if (i > 0 && sessionOf[ended[i - 1]] === session) return true;
    const isNew = !seen.has(session);
    seen.add(session);
    return isNew;
  });
}
