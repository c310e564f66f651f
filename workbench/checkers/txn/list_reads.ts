/**
 * What is wrong with the reads of single transactions.
 *
 * @module
 */
import { stringifyJson } from "../../json.ts";
import { type Anomalies, type Instance, Status } from "../anomalies.ts";
import { brief, show } from "../words.ts";
import { type ListVersions, NOBODY, startsWith } from "./list_versions.ts";
import { NIL } from "./transactions.ts";

/** Adds what single transactions must not have read, whatever others did. */
export function checkLists(lists: ListVersions, anomalies: Anomalies): void {
  new Check(lists, anomalies).run();
}

class Check {
  constructor(
    private readonly lists: ListVersions,
    private readonly anomalies: Anomalies,
  ) {}

  run(): void {
    const { count, start, isWrite, version, status, values } = this.lists.txns;
    const seenIn = new Int32Array(values.length).fill(-1);
    for (let t = 0; t < count; t++) {
      if (status[t] !== Status.ok) continue;
      this.#checkInternal(t);
      for (let m = start[t]; m < start[t + 1]; m++) {
        if (isWrite[m] === 0) this.#checkRead(t, m, seenIn);
        else this.#checkFutureReads(t, m, version[m]);
      }
    }
  }

  #checkRead(t: number, m: number, seenIn: Int32Array): void {
    const { list, elements, status, version, ops, values } = this.lists.txns;
    let repeated = NIL;
    for (let i = list[m]; i < list[m + 1]; i++) {
      const v = elements[i];
      if (seenIn[v] === m) repeated = v;
      else this.#checkOwnOrder(t, m, v, seenIn);
      seenIn[v] = m;
      const writer = this.lists.writer[v];
      if (writer === NOBODY) {
        this.#bad("garbage-read", t, m, v, () => "which nobody ever appended");
      } else if (status[writer] === Status.fail) {
        this.#bad(
          "G1a",
          t,
          m,
          v,
          () =>
            `which op ${ops[writer].index} appended, that failed: ${
              show(ops[writer].value)
            }`,
          writer,
        );
      }
    }
    if (repeated !== NIL) {
      const count = this.lists.read(m).filter((v) => v === repeated).length;
      this.anomalies.add("duplicate-elements", () =>
        this.#describe(
          t,
          m,
          `saw ${stringifyJson(values[repeated])} ${count} times`,
          { element: values[repeated], count },
        ));
    }
    const last = version[m];
    if (last === NIL || this.lists.isIntermediate[last] === 0) return;
    const writer = this.lists.writer[last];
    if (writer === t) return;
    this.#bad(
      "G1b",
      t,
      m,
      last,
      () =>
        `and not what op ${ops[writer].index} ${
          show(ops[writer].value)
        } appended after it`,
      writer,
    );
  }

  /**
   * What its transaction appended before an element comes before it. Only of
   * what was aborted may a part be gone.
   */
  #checkOwnOrder(t: number, m: number, v: number, seenIn: Int32Array): void {
    const { status, ops, values } = this.lists.txns;
    const writer = this.lists.writer[v];
    let before = this.lists.ownBefore[v];
    if (before === NIL || seenIn[before] === m) return;
    const isShown = () => this.lists.read(m).includes(before);
    if (status[writer] === Status.fail) {
      while (before !== NIL && !isShown()) {
        before = this.lists.ownBefore[before];
      }
      if (before === NIL || seenIn[before] === m) return;
    }
    this.#bad(
      "reordered-appends",
      t,
      m,
      v,
      () =>
        `${isShown() ? "before" : "without"} ${stringifyJson(values[before])}` +
        `, which op ${ops[writer].index} ${show(ops[writer].value)} appended ` +
        `first`,
      writer,
    );
  }

  #checkFutureReads(t: number, write: number, v: number): void {
    const { start, isWrite, key } = this.lists.txns;
    for (let m = start[t]; m < write; m++) {
      if (isWrite[m] === 1 || key[m] !== key[write]) continue;
      if (this.lists.read(m).includes(v)) {
        this.#bad(
          "future-read",
          t,
          m,
          v,
          () => "which it was to append only later",
          t,
        );
        return;
      }
    }
  }

  /** Reads must show what the same transaction read or appended before. */
  #checkInternal(t: number): void {
    const { start, isWrite, key, version, list, elements, values } =
      this.lists.txns;
    for (let m = start[t]; m < start[t + 1]; m++) {
      if (isWrite[m] === 1) continue;
      // What was appended since the read before, and that read.
      const tail: number[] = [];
      let before = m - 1;
      for (; before >= start[t]; before--) {
        if (key[before] !== key[m]) continue;
        if (isWrite[before] === 0) break;
        tail.unshift(version[before]);
      }
      const isKnown = before >= start[t];
      if (!isKnown && tail.length === 0) continue;
      const length = list[m + 1] - list[m];
      const prefix = isKnown ? list[before + 1] - list[before] : 0;
      const isRight =
        (isKnown ? length === prefix + tail.length : length >= tail.length) &&
        tail.every((v, i) => elements[list[m + 1] - tail.length + i] === v) &&
        (!isKnown || startsWith(elements, list[m], list[before], prefix));
      if (isRight) continue;
      const expected = [
        ...(isKnown
          ? [...this.lists.read(before)].map((v) => values[v])
          : ["..."]),
        ...tail.map((v) => values[v]),
      ];
      this.anomalies.add("internal", () =>
        this.#describe(
          t,
          m,
          `had to see ${show(expected)} after its own reads and appends`,
          { expected },
        ));
      return;
    }
  }

  #bad(
    type: string,
    t: number,
    m: number,
    v: number,
    why: () => string,
    writer = NOBODY,
  ): void {
    this.anomalies.add(type, () => {
      const { ops, values } = this.lists.txns;
      const element = stringifyJson(values[v]);
      return this.#describe(t, m, `saw ${element}, ${why()}`, {
        element: values[v],
        ...(writer === NOBODY ? {} : { writer: brief(ops[writer]) }),
      });
    });
  }

  #describe(
    t: number,
    m: number,
    what: string,
    detail: Readonly<Record<string, unknown>>,
  ): Instance {
    const { ops, keys, key, values } = this.lists.txns;
    const value = [...this.lists.read(m)].map((v) => values[v]);
    return {
      op: brief(ops[t]),
      key: keys[key[m]],
      value,
      ...detail,
      explanation: `Op ${ops[t].index} ${show(ops[t].value)} read ${
        show(value)
      } of key ${stringifyJson(keys[key[m]])}: it ${what}.`,
    };
  }
}
