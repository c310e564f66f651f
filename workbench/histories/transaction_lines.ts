/**
 * Transactions of registers as PolySI, Plume and IsoVista keep them: a read or a
 * write a line, with its key, value, session and transaction.
 *
 * Their sessions are the processes of this history. When a transaction began and
 * ended is not in the file, so that only the order of each session is known.
 *
 * https://github.com/hengxin/PolySI-PVLDB2023-Artifacts,
 * https://github.com/hengxin/IsoVista
 *
 * @module
 */
import { ByLine } from "./by_line.ts";
import {
  type Emit,
  HistoryError,
  quoted,
  type Reader,
  type TextFormat,
} from "./format.ts";
import { type Step, Transactions } from "./transactions.ts";

export const transactionLines: TextFormat = {
  name: "transaction-lines",
  about: "PolySI's, Plume's and IsoVista's r(key,value,session,transaction)",
  example: `w(1,10,0,0)
w(2,20,0,0)
r(1,10,1,1)
r(2,0,1,1)
`,
  model: "rw-register",
  hasRealTime: false,
  matches: (head) => /^\s*[rw]\(\s*-?\d+\s*,/.test(head),
  reader: (emit) => new TransactionLines(emit),
};

const STEP =
  /^\s*([rw])\(\s*(-?\d+)\s*,\s*(-?\d+)\s*,\s*(\d+)\s*,\s*(-?\d+)\s*\)\s*$/;

class TransactionLines implements Reader {
  readonly #transactions: Transactions;
  readonly #lines = new ByLine((text, line) => this.#take(text, line));

  constructor(emit: Emit) {
    this.#transactions = new Transactions(emit);
  }

  get notes(): readonly string[] {
    return this.#transactions.notes;
  }

  add(text: string): void {
    this.#lines.add(text);
  }

  end(): void {
    this.#lines.end();
    this.#transactions.end();
  }

  #take(text: string, line: number): void {
    const match = STEP.exec(text);
    if (match === null) {
      throw new HistoryError(
        `${quoted(text)} is no read or write of a transaction, such as ` +
          "r(1,10,0,3): key 1, value 10, session 0, transaction 3",
        line,
      );
    }
    const [, f, key, value, session, id] = match;
    const kind = f === "r" ? "r" : "w";
    const step: Step = [kind, integer(key), integer(value)];
    const process = Number(session);
    const transactions = this.#transactions;
    if (id !== "-1") return transactions.add(process, integer(id), step, line);
    // One that was aborted; what it read is of no interest.
    if (f === "w") transactions.add(process, undefined, step, line);
  }
}

function integer(text: string): number | bigint {
  const number = Number(text);
  return Number.isSafeInteger(number) ? number : BigInt(text);
}
