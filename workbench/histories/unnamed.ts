/**
 * Operations of events that don't tell their process, as in small histories
 * that are written by hand.
 *
 * @module
 */
import { sameJson } from "../json.ts";
import { type OpType } from "../load/history.ts";
import { HistoryError } from "./format.ts";

interface Open {
  readonly process: number;
  readonly f: string;
  readonly value: unknown;
  readonly line: number;
}

/**
 * Gives each operation a process of its own: then no order of a session is
 * claimed, and only that of the file is.
 */
export class Unnamed {
  #open: Open[] = [];
  #count = 0;

  /** @throws {HistoryError} it ends none of the open operations, or several */
  processOf(type: OpType, f: string, value: unknown, line: number): number {
    if (type === "invoke") {
      const process = this.#count++;
      this.#open.push({ process, f, value, line });
      return process;
    }
    const fitting = this.#open.filter((it) =>
      it.f === f && mayEndWith(it.value, value)
    );
    const [first, ...others] = fitting;
    if (first === undefined) {
      throw new HistoryError(`it ends ${f}, which has not begun`, line);
    }
    // Which of the same invocations ends makes no difference but to its begin.
    if (others.length > 0) {
      throw new HistoryError(
        `it has no process, and may end the ${f} of line ${
          fitting.map((it) => it.line).join(" or ")
        }`,
        line,
      );
    }
    this.#open = this.#open.filter((it) => it !== first);
    return first.process;
  }
}

/** Whether it is a list of reads and writes: `[["r", 1, null], ...]`. */
export function isTransaction(value: unknown): boolean {
  return Array.isArray(value) &&
    value.every((step) =>
      Array.isArray(step) && step.length >= 2 && typeof step[0] === "string"
    );
}

/** Whether an end says of its invocation's value only what that left open. */
function mayEndWith(asked: unknown, told: unknown): boolean {
  if (asked === undefined || asked === null) return true;
  if (told === undefined || told === null) return true;
  if (!Array.isArray(asked) || !Array.isArray(told)) {
    return sameJson(asked, told);
  }
  return asked.length === told.length &&
    asked.every((item, i) => mayEndWith(item, told[i]));
}
