/**
 * Updates that were lost: of several transactions that replaced the same version,
 * all but one might as well not have been.
 *
 * @module
 */
import { stringifyJson } from "../../json.ts";
import { type Op } from "../../load/history.ts";
import { type Anomalies, type Instance, Status } from "../anomalies.ts";
import { brief, show } from "../words.ts";
import { NIL, type Transactions } from "./transactions.ts";

/**
 * Adds transactions that read the same version of a register and then wrote it.
 *
 * @param isInitial whether reading nothing of a key tells that it had its first
 * state
 */
export function findLostUpdates(
  txns: Transactions,
  anomalies: Anomalies,
  isInitial: (key: number) => boolean,
): void {
  const { keys, ops } = txns;
  const versions = txns.values.length;
  const first = new Map<number, number>();
  const all = new Map<number, number[]>();
  eachUpdate(txns, (t, m) => {
    const k = txns.key[m];
    const read = txns.version[m];
    if (read === NIL && !isInitial(k)) return;
    const name = read === NIL ? versions + k : read;
    const other = first.get(name);
    if (other === undefined) first.set(name, t);
    else {
      const group = all.get(name);
      if (group === undefined) all.set(name, [other, t]);
      else group.push(t);
    }
  });
  for (const [name, group] of all) {
    anomalies.add("lost-update", () => {
      const isNil = name >= versions;
      const key = keys[isNil ? name - versions : txns.keyOf[name]];
      const value = isNil ? null : txns.values[name];
      const did = `read ${stringifyJson(value)} of key ` +
        `${stringifyJson(key)} and then wrote it`;
      return lostUpdate(group.map((t) => ops[t]), key, value, did);
    });
  }
}

/**
 * An update that was lost, in words.
 *
 * @param ops those that made it
 * @param value what they all read of the key
 */
export function lostUpdate(
  ops: readonly Op[],
  key: unknown,
  value: unknown,
  did: string,
): Instance {
  const shown = ops.slice(0, 8);
  const names = shown.map((op) => `${op.index} ${show(op.value)}`);
  return {
    key,
    value,
    txns: shown.map(brief),
    explanation: `Ops ${names.join(" and ")} all ${did}.`,
  };
}

/**
 * Calls back for each committed write to a key that was read before, with the
 * first read.
 */
export function eachUpdate(
  { count, start, isWrite, key, status, keys }: Transactions,
  found: (txn: number, read: number) => void,
): void {
  const read = new Int32Array(keys.length);
  const readBy = new Int32Array(keys.length).fill(-1);
  const doneBy = new Int32Array(keys.length).fill(-1);
  for (let t = 0; t < count; t++) {
    if (status[t] !== Status.ok) continue;
    for (let m = start[t]; m < start[t + 1]; m++) {
      const k = key[m];
      if (doneBy[k] === t) continue;
      if (isWrite[m] === 1) {
        doneBy[k] = t;
        if (readBy[k] === t) found(t, read[k]);
      } else if (readBy[k] !== t) {
        readBy[k] = t;
        read[k] = m;
      }
    }
  }
}
