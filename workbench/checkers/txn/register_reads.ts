/**
 * What is wrong with single reads of registers.
 *
 * @module
 */
import { stringifyJson } from "../../json.ts";
import { type Anomalies, Status, UncheckableError } from "../anomalies.ts";
import { brief, show } from "../words.ts";
import { NOBODY, type RegisterVersions } from "./register_versions.ts";
import { NIL, type Transactions } from "./transactions.ts";

/** Some nodes show these where nothing is. */
const zeros: ReadonlySet<unknown> = new Set([0, "", false]);

/**
 * Adds what single transactions must not have read, and notes what happened and
 * which versions stand for the initial state.
 *
 * @param isOwnAsked whether to look for own writes that were missed; where a
 * transaction's reads must agree, too, that tells the same
 * @throws {UncheckableError} if what was read was written twice
 */
export function checkRegisters(
  versions: RegisterVersions,
  anomalies: Anomalies,
  isOwnAsked: boolean,
): void {
  const check = new Check(versions, anomalies);
  check.checkReads();
  if (isOwnAsked) check.findMissedOwnWrites();
}

class Check {
  private readonly txns: Transactions;

  constructor(
    private readonly versions: RegisterVersions,
    private readonly anomalies: Anomalies,
  ) {
    this.txns = versions.txns;
  }

  /** What is wrong with single reads; and which transactions happened. */
  checkReads(): void {
    const { count, start, isWrite, key, version, status, keys } = this.txns;
    const state = new Int32Array(keys.length);
    const knownBy = new Int32Array(keys.length).fill(NOBODY);
    for (let t = 0; t < count; t++) {
      if (status[t] !== Status.ok) continue;
      this.versions.happened[t] = 1;
      let isInternal = false;
      for (let m = start[t]; m < start[t + 1]; m++) {
        const k = key[m];
        const v = version[m];
        if (isWrite[m] === 0) {
          if (knownBy[k] === t && state[k] !== v && !isInternal) {
            isInternal = true;
            this.#internal(t, m, state[k]);
          }
          if (v !== NIL) this.#checkRead(t, m);
        }
        state[k] = v;
        knownBy[k] = t;
      }
    }
  }

  /** Reads of what others wrote to a key that their transaction had written. */
  findMissedOwnWrites(): void {
    const { count, start, isWrite, key, version, status } = this.txns;
    const own = new Map<number, number>();
    for (let t = 0; t < count; t++) {
      if (status[t] !== Status.ok) continue;
      own.clear();
      for (let m = start[t]; m < start[t + 1]; m++) {
        const wrote = own.get(key[m]);
        if (isWrite[m] === 1) own.set(key[m], version[m]);
        else if (wrote !== undefined && wrote !== version[m]) {
          this.#internal(t, m, wrote, "missed-own-write");
        }
      }
    }
  }

  #checkRead(t: number, m: number): void {
    const { version, status } = this.txns;
    const v = version[m];
    const writer = this.versions.writer[v];
    const overwriter = this.versions.overwriter[v];
    const aborted = this.versions.aborted[v];
    if (this.versions.second[v] !== NOBODY && !this.#hasWritten(t, m)) {
      this.#duplicateWrite(v);
    }
    if (writer !== NOBODY) this.versions.happened[writer] = 1;
    const isOwn = writer === t || overwriter === t;
    if (isOwn && !this.#hasWritten(t, m)) {
      this.#bad("future-read", t, m, t, "which it was to write later");
    }
    if (writer === NOBODY && overwriter === NOBODY && aborted === NOBODY) {
      if (zeros.has(this.txns.values[v])) this.versions.zeros.add(v);
      else this.#bad("garbage-read", t, m, NOBODY, "which nobody wrote");
    }
    if (aborted !== NOBODY) {
      this.#bad("G1a", t, m, aborted, "which failed");
    }
    if (overwriter !== NOBODY && overwriter !== t && overwriter !== writer) {
      if (status[overwriter] === Status.info) {
        this.versions.happened[overwriter] = 1;
      }
      this.#bad("G1b", t, m, overwriter, "which then overwrote it");
    }
  }

  /** Whether a transaction had written what it read. */
  #hasWritten(t: number, m: number): boolean {
    const { start, isWrite, version } = this.txns;
    for (let i = start[t]; i < m; i++) {
      if (isWrite[i] === 1 && version[i] === version[m]) return true;
    }
    return false;
  }

  #bad(type: string, t: number, m: number, writer: number, why: string): void {
    this.anomalies.add(type, () => {
      const { ops, keys, key, values, version } = this.txns;
      const op = ops[t];
      const value = values[version[m]];
      const by = writer === NOBODY || writer === t
        ? ""
        : ` from op ${ops[writer].index} ${show(ops[writer].value)},`;
      return {
        op: brief(op),
        key: keys[key[m]],
        value,
        ...(writer === NOBODY ? {} : { writer: brief(ops[writer]) }),
        explanation: `Op ${op.index} ${show(op.value)} read ` +
          `${stringifyJson(value)} of key ${stringifyJson(keys[key[m]])}` +
          `${by === "" ? "," : by} ${why}.`,
      };
    });
  }

  #internal(t: number, m: number, state: number, type = "internal"): void {
    this.anomalies.add(type, () => {
      const { ops, keys, key, version } = this.txns;
      const value = this.versions.value(version[m]);
      const expected = this.versions.value(state);
      return {
        op: brief(ops[t]),
        key: keys[key[m]],
        value,
        expected,
        explanation: `Op ${ops[t].index} ${show(ops[t].value)} ` +
          `read ${stringifyJson(value)} of key ` +
          `${stringifyJson(keys[key[m]])}, which it had just read or ` +
          `written as ${stringifyJson(expected)}.`,
      };
    });
  }

  #duplicateWrite(v: number): never {
    const { keys, keyOf, ops, values } = this.txns;
    throw new UncheckableError(
      `ops ${ops[this.versions.first[v]].index} and ${
        ops[this.versions.second[v]].index
      } ` +
        `both wrote ${stringifyJson(values[v])} to key ` +
        `${stringifyJson(keys[keyOf[v]])}; writes must be unique`,
    );
  }
}
