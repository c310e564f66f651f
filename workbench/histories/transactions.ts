/**
 * Transactions of registers that come as reads and writes, without times.
 *
 * @module
 */
import { type OpType } from "../load/history.ts";
import { type Emit, HistoryError } from "./format.ts";

export interface Step {
  /** `r` or `w`. */
  readonly f: string;
  readonly key: number | bigint;
  readonly value: number | bigint;
}

interface Transaction {
  readonly process: number;
  readonly type: OpType;
  readonly steps: Step[];
  readonly line: number;
}

export class Transactions {
  readonly #all: Transaction[] = [];
  readonly #named = new Map<string, Transaction>();
  /** Keys that 0 was written to: it is not their beginning then. */
  readonly #zeroes = new Set<number | bigint>();
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
    id: string | undefined,
    step: Step,
    line: number,
  ): void {
    if (step.f === "w" && step.value === 0) this.#zeroes.add(step.key);
    const known = id === undefined ? undefined : this.#named.get(id);
    if (known === undefined) {
      this.begin(process, id === undefined ? "fail" : "ok", [step], line);
      if (id !== undefined) {
        this.#named.set(id, this.#all[this.#all.length - 1]);
      }
    } else if (known.process === process) known.steps.push(step);
    else {
      throw new HistoryError(
        `transaction ${id} is of session ${process} here, and of session ` +
          `${known.process} on line ${known.line}`,
        line,
      );
    }
  }

  /** Takes a whole transaction. */
  begin(process: number, type: OpType, steps: Step[], line: number): void {
    this.#all.push({ process, type, steps, line });
  }

  /** Nothing more comes: the events are made. */
  end(): void {
    for (const { process, type, steps, line } of this.#all) {
      const asked = steps.map((
        { f, key, value },
      ) => [f, key, f === "r" ? null : value]);
      const told = steps.map(({ f, key, value }) => [
        ...[f, key],
        f === "r" && this.#isBeginning(key, value) ? null : value,
      ]);
      const fields = { process, f: "txn" };
      this.emit({ type: "invoke", ...fields, value: asked }, line);
      this.emit({ type, ...fields, value: told }, line);
    }
  }

  #isBeginning(key: number | bigint, value: number | bigint): boolean {
    if (value !== 0 || this.#zeroes.has(key)) return false;
    this.#hasBeginnings = true;
    return true;
  }
}
