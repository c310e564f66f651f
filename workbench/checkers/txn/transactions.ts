/**
 * A history of transactions as the checkers want it: keys and values as small
 * integers, micro-operations in typed arrays.
 *
 * @module
 */

import { type History, NEMESIS, type Op } from "../../load/history.ts";
import { canonicalJson, stringifyJson } from "../../json.ts";
import { Status, UncheckableError } from "../anomalies.ts";
import { countLeading } from "../count_leading.ts";
import { IntList } from "../dependencies/graph.ts";
import { shorten } from "../words.ts";

/** In place of a version: the state before the first write, or unknown. */
export const NIL = -1;

/**
 * The transactions of a history, numbered in the order of their invocation.
 * A *version* is a value (or list element) of one key; versions of all keys
 * are numbered together.
 */
export interface Transactions {
  readonly count: number;
  /** The completion; the invocation if there is none. */
  readonly ops: readonly Op[];
  readonly invocations: readonly Op[];
  /** One of {@linkcode Status}. */
  readonly status: Uint8Array;
  /** The history's client events in order: `txn` invoked, or `~txn` ended. */
  readonly events: Int32Array;
  /** The micro-operations of `t` are `start[t]` .. `start[t+1]`. */
  readonly start: Int32Array;
  /** 1 for a write, 0 for a read. Reads of other than ok ones mean nothing. */
  readonly isWrite: Uint8Array;
  readonly key: Int32Array;
  /**
   * The version written or read; for reads of lists, that of the last element.
   */
  readonly version: Int32Array;
  /** For reads of lists: the elements are `list[m]` .. `list[m+1]`. */
  readonly list: Int32Array;
  readonly elements: Int32Array;
  readonly keys: readonly unknown[];
  /** What a version is a version of, and its value. */
  readonly keyOf: Int32Array;
  readonly values: readonly unknown[];
}

/** Whose it is, if the items of `t` are `starts[t]` .. `starts[t+1]`. */
export function transactionOf(starts: Int32Array, item: number): number {
  return countLeading(starts.length - 1, (t) => starts[t + 1] <= item);
}

/** Numbers for JSON values, the same for equal ones. */
class Interner {
  readonly #numbers = new Map<unknown, number>();
  constructor(private readonly add: (value: unknown) => number) {}

  get(value: unknown): number {
    const name = typeof value === "object" && value !== null
      ? `\u0000${canonicalJson(value)}`
      : value;
    let number = this.#numbers.get(name);
    if (number === undefined) {
      number = this.add(value);
      this.#numbers.set(name, number);
    }
    return number;
  }
}

/**
 * Reads the transactions of a history. Their micro-operations are reads, `r`,
 * and writes, called `write`.
 *
 * @throws {UncheckableError} if a value is no such transaction
 */
export function transactions(
  history: History,
  write: "w" | "append",
): Transactions {
  const ops: Op[] = [];
  const invocations: Op[] = [];
  const events = new IntList();
  const open = new Map<Op["process"], number>();
  for (const op of history) {
    if (op.process === NEMESIS) continue;
    let txn = open.get(op.process);
    if (op.type === "invoke" || txn === undefined) {
      txn = ops.length;
      ops.push(op);
      invocations.push(op);
      open.set(op.process, txn);
      events.push(txn);
    }
    if (op.type !== "invoke") {
      ops[txn] = op;
      open.delete(op.process);
      events.push(~txn);
    }
  }

  const count = ops.length;
  const status = new Uint8Array(count).fill(Status.info);
  const start = new Int32Array(count + 1);
  const isWrite = new IntList();
  const key = new IntList();
  const version = new IntList();
  const list = new IntList();
  const elements = new IntList();
  const keys: unknown[] = [];
  const versions: Interner[] = [];
  const keyOf = new IntList();
  const values: unknown[] = [];
  const keyNumbers = new Interner((value) => {
    const k = keys.push(value) - 1;
    versions.push(
      new Interner((value) => {
        keyOf.push(k);
        return values.push(value) - 1;
      }),
    );
    return k;
  });
  for (let t = 0; t < count; t++) {
    const op = ops[t];
    if (op.type === "ok") status[t] = Status.ok;
    if (op.type === "fail") status[t] = Status.fail;
    const isOk = op.type === "ok";
    const shown = isOk ? op : invocations[t];
    if (!Array.isArray(shown.value)) throw malformed(shown, write);
    if (isOk) checkKeyTypes(invocations[t], op);
    for (const mop of shown.value) {
      if (!Array.isArray(mop)) throw malformed(shown, write);
      const f: unknown = mop[0];
      if (f !== "r" && f !== write) throw malformed(shown, write);
      const k = keyNumbers.get(mop[1]);
      list.push(elements.length);
      isWrite.push(f === "r" ? 0 : 1);
      key.push(k);
      const value: unknown = mop[2];
      if (f === "r" && (!isOk || value === null || value === undefined)) {
        version.push(NIL);
      } else if (f === "r" && write === "append") {
        if (!Array.isArray(value)) throw malformed(shown, write);
        for (const element of value) {
          elements.push(versions[k].get(element));
        }
        version.push(value.length > 0 ? elements.at(elements.length - 1) : NIL);
      } else {
        // A register that is null was never written, or seems so; null is an
        // element of a list like any other.
        const isInitial = write === "w" && value === null;
        version.push(isInitial ? NIL : versions[k].get(value));
      }
    }
    start[t + 1] = key.length;
  }
  list.push(elements.length);
  return {
    count,
    ops,
    invocations,
    status,
    events: events.view(),
    start,
    isWrite: Uint8Array.from(isWrite.view()),
    key: key.view(),
    version: version.view(),
    list: list.view(),
    elements: elements.view(),
    keys,
    keyOf: keyOf.view(),
    values,
  };
}

function malformed(op: Op, write: string): UncheckableError {
  const value = write === "w" ? "value" : "[element, ...]";
  return new UncheckableError(
    `op ${op.index} is no transaction of reads ["r", key, ${value}] and ` +
      `writes ["${write}", key, ${write === "w" ? "value" : "element"}]: ` +
      shorten(stringifyJson(op.value)),
  );
}

/**
 * A key that is answered for another one of the same looks: keys 1 and "1" are
 * different ones, and which of them a node keeps is then anybody's guess.
 */
function checkKeyTypes(asked: Op, answered: Op): void {
  if (!Array.isArray(asked.value) || !Array.isArray(answered.value)) return;
  const micro = (value: unknown): unknown =>
    Array.isArray(value) ? value[1] : undefined;
  const looks = (key: unknown) =>
    typeof key === "string" ? key : stringifyJson(key ?? null);
  for (let i = 0; i < answered.value.length; i++) {
    const [key, other] = [micro(asked.value[i]), micro(answered.value[i])];
    if (key === other || key === undefined) continue;
    const isSame = looks(key) === looks(other) ||
      (looks(key) !== "" && Number(looks(key)) === Number(looks(other)));
    if (!isSame || canonicalJson(key) === canonicalJson(other)) continue;
    throw new UncheckableError(
      `op ${asked.index} asks for the key ${stringifyJson(key)}, and op ` +
        `${answered.index} answers for the key ${stringifyJson(other)}: does ` +
        `the node change the type of keys?`,
    );
  }
}
