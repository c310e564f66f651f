/**
 * Reads that contradict each other, and updates that do not build on each other.
 *
 * @module
 */
import { stringifyJson } from "../../json.ts";
import { type Anomalies, Status } from "../anomalies.ts";
import { brief, show } from "../words.ts";
import { type ListVersions, NOBODY, startsWith } from "./list_versions.ts";
import { eachUpdate, lostUpdate } from "./lost_updates.ts";
import { NIL, transactionOf } from "./transactions.ts";

/** Adds what is wrong with the orders of versions. */
export function checkOrders(lists: ListVersions, anomalies: Anomalies): void {
  const orders = new Orders(lists, anomalies);
  orders.findIncompatible();
  orders.findDirtyUpdates();
  orders.findLostUpdates();
}

class Orders {
  constructor(
    private readonly lists: ListVersions,
    private readonly anomalies: Anomalies,
  ) {}

  /** Of each key, all reads must be beginnings of the longest. */
  findIncompatible(): void {
    const { count, start, isWrite, key, keys, list, elements, values, ops } =
      this.lists.txns;
    const isFound = new Uint8Array(keys.length);
    for (let t = 0; t < count; t++) {
      for (let m = start[t]; m < start[t + 1]; m++) {
        const k = key[m];
        const longest = this.lists.longest[k];
        if (isWrite[m] === 1 || longest === NIL || isFound[k] === 1) continue;
        const length = list[m + 1] - list[m];
        if (startsWith(elements, list[longest], list[m], length)) continue;
        isFound[k] = 1;
        this.anomalies.add("incompatible-order", () => {
          const [a, b] = [m, longest].map((read) =>
            [...this.lists.read(read)].map((v) => values[v])
          );
          const other = transactionOf(start, longest);
          // No list is longer than the longest: they part within this one.
          const place = [...this.lists.read(m)]
            .findIndex((v, i) => v !== elements[list[longest] + i]);
          return {
            key: keys[k],
            values: [a, b],
            ops: [brief(ops[t]), brief(ops[other])],
            explanation: `Op ${ops[t].index} read ${show(a)} of key ` +
              `${stringifyJson(keys[k])}, and op ${ops[other].index} read ` +
              `${show(b)}: element ${place + 1} is ${
                stringifyJson(a[place])
              } in the one and ${stringifyJson(b[place])} in the other.`,
          };
        });
      }
    }
  }

  /** Aborted appends that a committed one follows in the order of versions. */
  findDirtyUpdates(): void {
    const { keys, ops, status, values } = this.lists.txns;
    this.lists.orders.forEach((order, k) => {
      let aborted = NOBODY;
      for (const v of order) {
        const writer = this.lists.writer[v];
        if (writer === NOBODY || status[writer] === Status.info) continue;
        if (status[writer] === Status.fail) {
          if (aborted === NOBODY) aborted = v;
          continue;
        }
        if (aborted !== NOBODY) {
          const by = this.lists.writer[aborted];
          const first = aborted;
          this.anomalies.add("dirty-update", () => ({
            key: keys[k],
            values: order.slice(
              this.lists.place[first],
              this.lists.place[v] + 1,
            )
              .map((v) => values[v]),
            txns: [brief(ops[by]), brief(ops[writer])],
            explanation:
              `Op ${ops[by].index} ${
                show(ops[by].value)
              } failed, and yet its append of ${
                stringifyJson(values[first])
              } ` +
              `to key ${stringifyJson(keys[k])} is part of the list to which ` +
              `op ${ops[writer].index} ${show(ops[writer].value)} appended ${
                stringifyJson(values[v])
              }.`,
          }));
        }
        aborted = NOBODY;
      }
    });
  }

  /** Transactions that read the same list and then appended to it. */
  findLostUpdates(): void {
    const { key, version, list } = this.lists.txns;
    /** Reads by their key, length and last element. */
    const byEnd = new Map<string, number[]>();
    eachUpdate(this.lists.txns, (_, r) => {
      const name = `${key[r]} ${list[r + 1] - list[r]} ${version[r]}`;
      byEnd.getOrInsertComputed(name, () => []).push(r);
    });
    for (const ends of byEnd.values()) {
      for (let rest = ends; rest.length > 1;) {
        const same = rest.filter((r) => this.#isSameRead(r, rest[0]));
        rest = rest.filter((r) => !this.#isSameRead(r, rest[0]));
        if (same.length > 1) this.#lostUpdate(same);
      }
    }
  }

  #isSameRead(a: number, b: number): boolean {
    const { list, elements } = this.lists.txns;
    const length = list[a + 1] - list[a];
    return startsWith(elements, list[b], list[a], length);
  }

  #lostUpdate(reads: readonly number[]): void {
    this.anomalies.add("lost-update", () => {
      const { keys, key, start, values, ops } = this.lists.txns;
      const name = keys[key[reads[0]]];
      const value = [...this.lists.read(reads[0])].map((v) => values[v]);
      return lostUpdate(
        reads.map((r) => ops[transactionOf(start, r)]),
        name,
        value,
        `read ${show(value)} of key ${stringifyJson(name)} and then ` +
          `appended to it`,
      );
    });
  }
}
