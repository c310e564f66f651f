/**
 * Which messages came late: far slower than others and than nearly all, or to a
 * client that waited no more.
 *
 * @module
 */
import { countLeading } from "../../workbench/checkers/count_leading.ts";
import { ARRIVED, ROUNDING, type RunDocument } from "../run/document.ts";
import { isClient } from "../run/recording.ts";

/** Times the median, and slower than such a share. */
const [SLOW, MOST] = [3, 0.99];
/** Faster than this nothing is late, in ms. */
const QUICK = 1;
/** For both so many are looked at. */
const SAMPLE = 5000;
/** @returns 1 for each message that arrived late */
export function lateOf(
  { messages, clients, operations, duration }: RunDocument,
) {
  if (messages === undefined) return new Uint8Array();
  const { count, names, from, to, sent, ended, fate } = messages;
  const isOutside = names.map(isClient);
  const took: number[] = [];
  const every = Math.max(1, Math.floor(count / SAMPLE));
  for (let i = 0; i < count; i += every) {
    if (fate[i] === ARRIVED && !isOutside[from[i]] && !isOutside[to[i]]) {
      took.push(ended[i] - sent[i]);
    }
  }
  took.sort((a, b) => a - b);
  const at = (share: number) =>
    took[Math.floor(share * (took.length - 1))] ?? 0;
  const limit = Math.max(QUICK, SLOW * at(0.5), at(MOST));
  const clientOf = new Map(
    clients.flatMap(({ ids }, i) => ids.map((id) => [id, i] as const)),
  );
  const own: [number, number][][] = clients.map(() => []);
  for (const { client, start, end = duration } of operations) {
    own[client]?.push([start, end]);
  }
  const late = new Uint8Array(count);
  for (let i = 0; i < count; i++) {
    if (fate[i] !== ARRIVED) continue;
    const client = isOutside[to[i]] ? clientOf.get(names[to[i]]) : undefined;
    const isLate = client === undefined
      ? ended[i] - sent[i] > limit
      : !isAwaited(own[client], ended[i]);
    if (isLate) late[i] = 1;
  }
  return late;
}

/** Whether an operation of the client is going on. */
function isAwaited(own: readonly [number, number][], time: number): boolean {
  const begun = countLeading(own.length, (i) => own[i][0] <= time + ROUNDING);
  return begun > 0 && own[begun - 1][1] >= time - ROUNDING;
}
