/**
 * DBCop's `history.bincode`, in which PolySI's and Plume's collections are, too:
 * sessions of transactions of reads and writes, without times, as Rust's bincode
 * writes them, all integers in eight bytes, little-endian.
 *
 * https://github.com/rnbguy/dbcop
 *
 * @module
 */
import { joined } from "./bytes.ts";
import { type BinaryFormat, HistoryError } from "./format.ts";
import { type Step, Transactions } from "./transactions.ts";

export const dbcop: BinaryFormat = {
  name: "dbcop",
  about: "DBCop's and PolySI's history.bincode",
  isBinary: true,
  example: exampleOf(),
  model: "rw-register",
  hasRealTime: false,
  matches: (head) => {
    if (head.length < HEADER + WORD) return false;
    // Small numbers and the length of a short text; no text has their zeros.
    const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
    for (let at = 0; at <= HEADER; at += WORD) {
      if (view.getUint32(at + 4, true) !== 0) return false;
    }
    return view.getUint32(HEADER, true) < MAX_TEXT;
  },
  reader: (emit) => {
    const pieces: Uint8Array[] = [];
    const transactions = new Transactions(emit);
    return {
      add: (bytes) => void pieces.push(bytes),
      end: () => {
        read(joined(pieces), transactions);
        transactions.end();
      },
      get notes() {
        return transactions.notes;
      },
    };
  },
};

const WORD = 8;

/** An id, and how many nodes, keys, transactions and events there are. */
const HEADER = 5 * WORD;

/** How long each of the texts is at most: a comment, and two dates. */
const MAX_TEXT = 1 << 16;

/** @throws {HistoryError} they are none, or not all */
function read(bytes: Uint8Array, transactions: Transactions): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = HEADER;
  const need = (length: number) => {
    if (at + length <= bytes.length) return;
    throw new HistoryError(
      `the file ends after ${bytes.length} bytes, in the middle of its ` +
        "transactions: is it cut off?",
    );
  };
  const integer = (): number | bigint => {
    need(WORD);
    const value = view.getUint32(at + 4, true) * 2 ** 32 +
      view.getUint32(at, true);
    at += WORD;
    return Number.isSafeInteger(value)
      ? value
      : view.getBigUint64(at - WORD, true);
  };
  const count = (): number => {
    const found = integer();
    // Each of them has at least a byte.
    if (typeof found === "number") need(found);
    else need(Infinity);
    return Number(found);
  };
  const flag = (): boolean => {
    need(1);
    const byte = bytes[at++];
    if (byte > 1) {
      throw new HistoryError(
        `byte ${
          at - 1
        } is ${byte}, where 0 or 1 should say whether something ` +
          "was done: is the file damaged?",
      );
    }
    return byte === 1;
  };
  for (let texts = 0; texts < 3; texts++) {
    const length = count();
    at += length;
  }
  const sessions = count();
  for (let session = 0; session < sessions; session++) {
    for (let left = count(); left > 0; left--) {
      const steps: Step[] = [];
      for (let events = count(); events > 0; events--) {
        const step: Step = [flag() ? "w" : "r", integer(), integer()];
        if (flag()) steps.push(step);
      }
      // Whether a commit that failed has taken effect nobody knows.
      transactions.begin(session, flag() ? "ok" : "info", steps, 1);
    }
  }
  if (at === bytes.length) return;
  throw new HistoryError(
    `${bytes.length - at} bytes follow the end of the transactions (has the ` +
      "file two histories?)",
  );
}

/** Session 0 writes 5 to key 1, and session 1 reads it. */
function exampleOf(): Uint8Array {
  const transaction = (isWrite: number) => [
    ...[...word(1), ...word(1)], // of one event
    ...[isWrite, ...word(1), ...word(5), 1, 1],
  ];
  return Uint8Array.from([
    ...[0, 2, 1, 2, 2, 0, 0, 0].flatMap(word),
    ...[...word(2), ...transaction(1), ...transaction(0)],
  ]);
}

function word(value: number): number[] {
  return [value, 0, 0, 0, 0, 0, 0, 0];
}
