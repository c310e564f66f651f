/**
 * When and which faults there are.
 *
 * @module
 */
import { type Random } from "../clock/random.ts";
import { kill } from "./nemeses/kill.ts";
import {
  type FaultCycle,
  type Nemesis,
  type Victim,
} from "./nemeses/nemesis.ts";
import { partition } from "./nemeses/partition.ts";
import { pause } from "./nemeses/pause.ts";
import { Choices } from "./own.ts";

/** The kinds of fault by their names on the command line, and users' own. */
export const nemeses = new Choices<Nemesis>("nemesis", {
  partition,
  kill,
  pause,
}, "`export default (victim, random) => ({ begin() {...}, end() {...} })`");

/** The names of the kinds. */
export const faults: readonly string[] = nemeses.names;

/** A cycle for each kind: ours in the order of the list, then users' own. */
export function faultCycles(
  kinds: readonly string[],
  victim: Victim,
  random: Random,
): FaultCycle[] {
  const chosen = [
    ...faults.filter((kind) => kinds.includes(kind)),
    ...kinds.filter((kind) => !faults.includes(kind)),
  ];
  return chosen.map((kind) => nemeses.get(kind)(victim, random));
}
