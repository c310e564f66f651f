/**
 * Proofs that transactions have no order, in words.
 *
 * @module
 */
import { stringifyJson } from "../../../json.ts";
import { type Op } from "../../../load/history.ts";
import { type Instance } from "../../anomalies.ts";
import { introduce, timeReason } from "../../dependencies/told.ts";
import { type CycleStep } from "../../result.ts";
import { brief } from "../../words.ts";
import { type Registers } from "../registers.ts";
import { NIL, type Transactions } from "../transactions.ts";
import { type Edge } from "./problem.ts";
import { cyclesOf, type Proof, stepOf } from "./prove.ts";

/** Tells a proof, as `T1`, `T2`, ... */
export class Teller {
  constructor(
    private readonly txns: Transactions,
    private readonly registers: Registers,
    /** By number in the proof. */
    private readonly numbers: readonly number[],
  ) {}

  tell(type: string, proof: Proof): Instance {
    const [cycle] = cyclesOf(proof).toSorted((a, b) => a.length - b.length);
    const ops = this.numbers.map((_, i) => this.#op(i));
    return {
      type,
      txns: ops.map(brief),
      steps: cycle.map((edge) => {
        const { operation: _, kind, ...step } = this.#step(edge);
        const [before, after] = [this.#name(edge.from), this.#name(edge.to)];
        return { type: kind, before, after, ...step };
      }),
      evidence: {
        kind: "cycle",
        anomaly: type,
        steps: cycle.map((edge) => this.#step(edge)),
      },
      explanation: [
        "Let",
        ...ops.map(introduce),
        "Then",
        ...this.#lines(proof, "  "),
      ].join("\n"),
    };
  }

  #lines({ inferred, end }: Proof, indent: string): string[] {
    const lines = inferred.flatMap(({ pair: [a, b], otherwise }) => [
      `${indent}- ${this.#name(a)} wrote key ${this.#sharedKey(a, b)} before ` +
      `${this.#name(b)} did; were it the other way round:`,
      ...this.#cycle(otherwise, `${indent}  `),
    ]);
    if ("cycle" in end) return [...lines, ...this.#cycle(end.cycle, indent)];
    const [a, b] = end.pair;
    const [first, second] = [this.#name(a), this.#name(b)];
    return [
      ...lines,
      `${indent}- either ${first} wrote key ${this.#sharedKey(a, b)} before ` +
      `${second} did:`,
      ...this.#lines(end.before, `${indent}  `),
      `${indent}- or after it:`,
      ...this.#lines(end.after, `${indent}  `),
    ];
  }

  #cycle(cycle: readonly Edge[], indent: string): string[] {
    return cycle.map((edge, i) => {
      const isLast = i === cycle.length - 1;
      return `${indent}- ${isLast && i > 0 ? "but " : ""}` +
        `${this.#name(edge.from)} < ${this.#name(edge.to)}, because ` +
        `${this.#step(edge).why}${isLast ? ": a cycle." : ""}`;
    });
  }

  #step(edge: Edge): CycleStep {
    const { from, to, rel } = stepOf(edge);
    const [a, b] = [this.#name(from), this.#name(to)];
    const operation = this.#op(from).index;
    const reason = timeReason(this.txns, this.#txn(from), this.#txn(to), rel);
    if (reason !== undefined) {
      return { operation, kind: rel, why: reason.words(a, b) };
    }
    const key = edge.key >= 0 ? edge.key : this.#shared(from, to);
    const value = rel === "rw"
      ? this.#readBefore(edge, key)
      : this.#written(from, key);
    const next = this.#written(to, key);
    const name = this.#key(key);
    const [shown, replaced] = [stringifyJson(value), stringifyJson(next)];
    const why = rel === "wr"
      ? `${b} read ${shown} of key ${name}, which ${a} wrote`
      : rel === "ww"
      ? `${a} wrote ${shown} to key ${name} before ${b} wrote ${replaced}`
      : value === null
      ? `${a} read the initial null of key ${name}, and ${b} wrote ${replaced}`
      : `${a} read ${shown} of key ${name}, which ${b} replaced by ${replaced}`;
    return {
      operation,
      kind: rel,
      why,
      key: this.txns.keys[key],
      value,
      ...(rel !== "wr" && { next }),
    };
  }

  /** What a reader saw of a key that another one wrote after that. */
  #readBefore({ from, to, given }: Edge, key: number): unknown {
    const { readStart, readKey, readFrom } = this.registers;
    const t = this.numbers[from];
    const writers: number[] = [];
    for (let i = readStart[t]; i < readStart[t + 1]; i++) {
      if (readKey[i] === key) writers.push(readFrom[i]);
    }
    const before = given === undefined ? undefined : this.numbers[given[0]];
    const writer = writers.find((it) => it === before) ??
      writers.find((it) => it !== this.numbers[to]) ?? NIL;
    return writer < 0 ? null : this.#valueOf(this.registers.txnOf[writer], key);
  }

  #written(t: number, key: number): unknown {
    return this.#valueOf(this.#txn(t), key);
  }

  /** What a transaction wrote to a key in the end. */
  #valueOf(t: number, k: number): unknown {
    const { start, isWrite, key, version, values } = this.txns;
    for (let m = start[t + 1] - 1; m >= start[t]; m--) {
      if (isWrite[m] === 1 && key[m] === k && version[m] !== NIL) {
        return values[version[m]];
      }
    }
    return null;
  }

  /** A key that both of two transactions wrote. */
  #shared(a: number, b: number): number {
    const { writeStart, writeKey } = this.registers;
    const keys = (t: number) =>
      writeKey.subarray(
        writeStart[this.numbers[t]],
        writeStart[this.numbers[t] + 1],
      );
    return keys(a).find((k) => keys(b).includes(k)) ?? -1;
  }

  #sharedKey(a: number, b: number): string {
    return this.#key(this.#shared(a, b));
  }

  #key(key: number): string {
    return stringifyJson(this.txns.keys[key]);
  }

  #name(t: number): string {
    return `T${t + 1}`;
  }

  #txn(t: number): number {
    return this.registers.txnOf[this.numbers[t]];
  }

  #op(t: number): Op {
    return this.txns.ops[this.#txn(t)];
  }
}
