/**
 * Makes a history of a file's events, or says which line can't be one.
 *
 * A history is well-formed if each process does one operation at a time, and
 * each completion ends the operation that its process has begun (Herlihy and
 * Wing, "Linearizability", 1990). A file that is not has lost events, has two
 * histories in it, or comes from a recorder that is wrong: no verdict on it
 * would mean anything. What is merely left open is assumed, and said so.
 *
 * @module
 */
import { floatText } from "../json.ts";
import {
  type History,
  isOpType,
  NEMESIS,
  type Op,
  type OpType,
} from "../load/history.ts";
import { type Fields, HistoryError } from "./format.ts";
import { isTransaction, Unnamed } from "./unnamed.ts";

/** A history, and what was assumed to make it one. */
export interface WellFormed {
  readonly history: History;
  /** Each a sentence. */
  readonly notes: readonly string[];
  /** Whether the events tell which process they are of. */
  readonly hasProcesses: boolean;
  /** Whether the events tell when they were. */
  readonly hasTimes: boolean;
}

/** An operation that has begun. */
interface Open {
  readonly f: string;
  readonly value: unknown;
  readonly line: number;
}

/** ns between events that have no time. */
const STEP = 1e6;

/** So many names are told of. */
const MAX_NAMES = 8;

export class WellFormedHistory {
  readonly #ops: Op[] = [];
  readonly #open = new Map<Op["process"], Open>();
  readonly #crashed = new Set<Op["process"]>();
  readonly #notes = new Set<string>();
  /** Processes that have names, by a negative number until the end. */
  readonly #names = new Map<string, number>();
  #unnamed: Unnamed | undefined;
  #highestProcess = -1;
  /** The last index and time, and how many there were. */
  #index = -1;
  #indices = 0;
  #time = 0;
  #times = 0;
  /** How far a time was before an earlier one at most, in ns. */
  #steppedBack = 0;
  /** The first time, if a number can't hold times: they are counted from it. */
  #begin: bigint | undefined;

  /** @throws {HistoryError} it can't follow those before it */
  add(fields: Fields, line: number): void {
    const type = typeIn(fields, line);
    const f = this.#functionIn(fields, line);
    const process = this.#processIn(fields, type, f, line);
    const value = process === NEMESIS
      ? fields.value
      : this.#follow(process, type, f, fields.value, line);
    const index = this.#indexIn(fields, line);
    const time = this.#timeIn(fields, line);
    const known = { type, process, f, index, time };
    const op: Op = isOp(fields, known) ? fields : { ...fields, ...known };
    this.#ops.push(value === op.value ? op : { ...op, value });
  }

  /** @throws {HistoryError} there is nothing in it */
  end(): WellFormed {
    const count = this.#ops.length;
    if (count === 0) throw new HistoryError("there is no event in the file");
    const { size } = this.#open;
    if (size > 0) {
      this.#notes.add(
        size === 1
          ? "An operation has not ended when the file does: it may have " +
            "happened, or not."
          : `${size} operations have not ended when the file does: each may ` +
            "have happened, or not.",
      );
    }
    const hasIndices = this.#indices === count;
    if (!hasIndices && this.#indices > 0) {
      this.#notes.add("Some events have no index, so all are counted anew.");
    }
    const hasTimes = this.#times > 0;
    if (!hasTimes) {
      this.#notes.add(
        "No event has a time: they are taken to be a ms apart, in the order " +
          "of the file.",
      );
    } else if (this.#times < count) {
      this.#notes.add(
        "Some events have no time: they get that of the event before them.",
      );
    }
    if (this.#steppedBack > 0) {
      this.#notes.add(
        `Times go backwards, by ${msOf(this.#steppedBack)} ms at most: the ` +
          "order of the file is what counts, and each of these events gets " +
          "the latest time before it.",
      );
    }
    if (this.#names.size > 0) this.#notes.add(this.#namesInWords());
    const isWhole = hasIndices && hasTimes && this.#names.size === 0;
    const history = isWhole ? this.#ops : this.#ops.map((op, i): Op => ({
      ...op,
      process: this.#numberOf(op.process),
      index: hasIndices ? op.index : i,
      time: hasTimes ? op.time : i * STEP,
    }));
    const notes = [...this.#notes];
    const hasProcesses = this.#unnamed === undefined;
    return { history, notes, hasProcesses, hasTimes };
  }

  #functionIn({ f, value }: Fields, line: number): string {
    if (typeof f === "string" && f !== "") return f;
    if (f !== undefined && f !== null) {
      throw new HistoryError(`its f, ${show(f)}, is no function's name`, line);
    }
    if (!isTransaction(value)) {
      throw new HistoryError("it has no f, which names what is done", line);
    }
    this.#notes.add(
      "Events without an f, whose value is a list of reads and writes, are " +
        'taken to be of transactions, "txn".',
    );
    return "txn";
  }

  #processIn(
    { process, value }: Fields,
    type: OpType,
    f: string,
    line: number,
  ): Op["process"] {
    if (process === NEMESIS) return process;
    if (process === undefined || process === null) {
      if (this.#ops.length > 0 && this.#unnamed === undefined) {
        throw new HistoryError(
          "it has no process, though others before it have",
          line,
        );
      }
      this.#unnamed ??= new Unnamed();
      this.#notes.add(
        "No event tells its process: each operation is taken to be a process " +
          "of its own, and ends with the next event that fits it.",
      );
      return this.#unnamed.processOf(type, f, value, line);
    }
    if (this.#unnamed !== undefined) {
      throw new HistoryError(
        "it has a process, though others before it have none",
        line,
      );
    }
    if (typeof process === "string" && process !== "") {
      const number = this.#names.get(process) ?? -1 - this.#names.size;
      this.#names.set(process, number);
      return number;
    }
    const isProcess = typeof process === "number" && process >= 0 &&
      Number.isSafeInteger(process);
    if (!isProcess) {
      throw new HistoryError(
        `its process, ${show(process)}, is neither a number from 0 nor a name`,
        line,
      );
    }
    this.#highestProcess = Math.max(this.#highestProcess, process);
    return process;
  }

  /** @returns the event's value, or what it takes from its invocation */
  #follow(
    process: number,
    type: OpType,
    f: string,
    value: unknown,
    line: number,
  ): unknown {
    const open = this.#open.get(process);
    const who = `process ${this.#nameOf(process)}`;
    if (type === "invoke") {
      if (open !== undefined) {
        throw new HistoryError(
          `${who} invokes ${f}, but its ${open.f} of line ${open.line} has ` +
            "not ended, and a process does one operation at a time (has the " +
            "file two histories?)",
          line,
        );
      }
      if (this.#crashed.has(process)) {
        this.#notes.add(
          "Some processes go on after an operation whose outcome is unknown " +
            "(info): it may still happen at any later time.",
        );
      }
      this.#open.set(process, { f, value, line });
      return value;
    }
    if (open === undefined) {
      throw new HistoryError(
        `${who} ends ${f} (${type}), which it has not begun` +
          (this.#ops.length === 0
            ? " (are the file's beginning or all invocations missing?)"
            : ""),
        line,
      );
    }
    if (open.f !== f) {
      throw new HistoryError(
        `${who} ends ${f} (${type}), but what it has begun, on line ` +
          `${open.line}, is ${open.f}`,
        line,
      );
    }
    this.#open.delete(process);
    if (type === "info") this.#crashed.add(process);
    if (value !== undefined && value !== null) return value;
    if (open.value === undefined || open.value === null) return value;
    if (type === "ok" && asks(open.value)) {
      throw new HistoryError(
        `${who} ends ${f} (ok) without a value, so that nobody knows what it ` +
          `read when it asked for ${show(open.value)} on line ${open.line}`,
        line,
      );
    }
    return open.value;
  }

  #indexIn({ index }: Fields, line: number): number {
    if (index === undefined || index === null) return this.#ops.length;
    if (!Number.isSafeInteger(index) || typeof index !== "number") {
      throw new HistoryError(`its index, ${show(index)}, is no integer`, line);
    }
    this.#indices++;
    if (index <= this.#index) {
      throw new HistoryError(
        `its index, ${index}, comes after ${this.#index} (has the file two ` +
          "histories?)",
        line,
      );
    }
    this.#index = index;
    return index;
  }

  #timeIn({ time }: Fields, line: number): number {
    if (time === undefined || time === null) return this.#time;
    const ns = this.#nsOf(time);
    if (ns === undefined) {
      throw new HistoryError(
        `its time, ${show(time)}, is no number of nanoseconds`,
        line,
      );
    }
    if (this.#times++ > 0 && ns < this.#time) {
      this.#steppedBack = Math.max(this.#steppedBack, this.#time - ns);
      return this.#time;
    }
    this.#time = ns;
    return ns;
  }

  #nsOf(time: unknown): number | undefined {
    if (typeof time === "bigint" && this.#times === 0) this.#begin = time;
    if (typeof time === "bigint") return Number(time - (this.#begin ?? 0n));
    const number = typeof time === "object" && time !== null
      ? Number(floatText(time) ?? NaN)
      : time;
    if (typeof number !== "number" || !Number.isFinite(number)) {
      return undefined;
    }
    return this.#begin === undefined ? number : number - Number(this.#begin);
  }

  /** A process's number in the history: names come after numbers. */
  #numberOf(process: Op["process"]): Op["process"] {
    if (process === NEMESIS || process >= 0) return process;
    return this.#highestProcess - process;
  }

  #nameOf(process: number): string {
    if (process >= 0) return `${process}`;
    const found = [...this.#names].find(([, it]) => it === process);
    return `${found?.[0]}`;
  }

  #namesInWords(): string {
    const names = [...this.#names].slice(0, MAX_NAMES).map(([name, number]) =>
      `${name} is ${this.#numberOf(number)}`
    );
    const more = this.#names.size > MAX_NAMES ? ", ..." : "";
    return `Processes that have names are numbered: ${
      names.join(", ")
    }${more}.`;
  }
}

function typeIn({ type }: Fields, line: number): OpType {
  if (isOpType(type)) return type;
  throw new HistoryError(
    type === undefined || type === null
      ? "it has no type, which is invoke, ok, fail or info"
      : `its type, ${show(type)}, is none of invoke, ok, fail and info`,
    line,
  );
}

/** Whether the fields already say what is known: then they are the event. */
function isOp(
  fields: Fields,
  known: Pick<Op, "type" | "process" | "f" | "index" | "time">,
): fields is Op {
  return fields.type === known.type && fields.process === known.process &&
    fields.f === known.f && fields.index === known.index &&
    fields.time === known.time;
}

/** Whether an invocation leaves something open that its end tells. */
function asks(value: unknown): boolean {
  return value === null || Array.isArray(value) && value.some(asks);
}

const msOf = (ns: number) => Number((ns / 1e6).toPrecision(3));

/** A value as a message has room for it. */
function show(value: unknown): string {
  const text = typeof value === "bigint"
    ? `${value}`
    : JSON.stringify(value) ?? `${value}`;
  return text.length > 60 ? `${text.slice(0, 60)}...` : text;
}
