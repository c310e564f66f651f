/**
 * Transactions of registers that come as reads and writes, without times.
 *
 * @module
 */
import { type OpType } from "../load/history.ts";
import { type Emit, type Fields, HistoryError } from "./format.ts";

/** `r` or `w`, the key, and the value. */
export type Step = [f: "r" | "w", key: Key, value: Key | null];

type Key = number | bigint;

interface Transaction {
  readonly process: number;
  readonly type: OpType;
  readonly steps: Step[];
  readonly line: number;
}

/** ns between events, which have no times. */
const STEP = 1e6;

export class Transactions {
  readonly #all: Transaction[] = [];
  readonly #named = new Map<Key, Transaction>();
  #hasBeginnings = false;

  constructor(private readonly emit: Emit) {}

  /** What is assumed; asked for after the end. */
  get notes(): readonly string[] {
    return [
      "The file has no times: only the order of each session is known, so " +
      "that nothing can be said of models that are about real time.",
      ...this.#hasBeginnings
        ? [
          "A read of 0, which nobody wrote to that key, is taken to have " +
          "found nothing.",
        ]
        : [],
    ];
  }

  /**
   * Takes a step of a transaction.
   *
   * @param id undefined: one of its own, that was aborted
   * @throws {HistoryError} the transaction is another session's
   */
  add(
    process: number,
    id: Key | undefined,
    step: Step,
    line: number,
  ): void {
    const known = id === undefined ? undefined : this.#named.get(id);
    if (known === undefined) {
      const type = id === undefined ? "fail" : "ok";
      const begun = this.begin(process, type, [step], line);
      if (id !== undefined) this.#named.set(id, begun);
    } else if (known.process === process) known.steps.push(step);
    else {
      throw new HistoryError(
        `transaction ${id} is of session ${process} here, and of session ` +
          `${known.process} on line ${known.line}`,
        line,
      );
    }
  }

  /** Takes a whole transaction, or one to which steps are added. */
  begin(
    process: number,
    type: OpType,
    steps: Step[],
    line: number,
  ): Transaction {
    const begun = { process, type, steps, line };
    this.#all.push(begun);
    return begun;
  }

  /** Nothing more comes: the events are made. */
  end(): void {
    const zeroes = new Set<Key>();
    for (const { steps } of this.#all) {
      for (const [f, key, value] of steps) {
        if (f === "w" && value === 0) zeroes.add(key);
      }
    }
    let index = 0;
    const emit = (fields: Fields, line: number) => {
      this.emit({ ...fields, index, time: index * STEP }, line);
      index++;
    };
    for (const { process, type, steps, line } of this.#all) {
      const asked = steps.map((step): Step =>
        step[0] === "r" ? ["r", step[1], null] : step
      );
      for (const step of steps) {
        const [f, key, value] = step;
        if (f === "w" || value !== 0 || zeroes.has(key)) continue;
        step[2] = null;
        this.#hasBeginnings = true;
      }
      const fields = { process, f: "txn" };
      emit({ type: "invoke", ...fields, value: asked }, line);
      emit({ type, ...fields, value: steps }, line);
    }
  }
}
