/**
 * When and which faults there are.
 *
 * @module
 */
import { type Random } from "../clock/random.ts";
import { kill } from "./nemeses/kill.ts";
import { membership } from "./nemeses/membership.ts";
import {
  type FaultCycle,
  type Nemesis,
  type Victim,
} from "./nemeses/nemesis.ts";
import { oneWay } from "./nemeses/one_way.ts";
import { partition } from "./nemeses/partition.ts";
import { pause } from "./nemeses/pause.ts";
import { Choices } from "./choices.ts";
import { UnusableError } from "./node_host.ts";

const EXAMPLE =
  "`export default (cluster, random) => ({ begin() {...}, end() {...} })`";

/** The kinds of fault by their names on the command line, and users' own. */
export const nemeses = new Choices<Nemesis>({
  partition,
  kill,
  pause,
  "one-way": oneWay,
  // The last: when all ends, nodes run again when they are asked.
  membership,
}, {
  flag: "nemesis",
  kind: "function",
  example: EXAMPLE,
  is: (it): it is Nemesis => typeof it === "function",
});

/** The names of the kinds. */
export const faults: readonly string[] = nemeses.names;

/**
 * A cycle for each kind: ours in the order of the list, then users' own.
 *
 * @throws {UnusableError} a user's own does not make a cycle
 */
export function faultCycles(
  kinds: readonly string[],
  victim: Victim,
  random: Random,
): FaultCycle[] {
  const chosen = [
    ...faults.filter((kind) => kinds.includes(kind)),
    ...kinds.filter((kind) => !faults.includes(kind)),
  ];
  return chosen.map((kind) => {
    const refuse = (what: string): never => {
      throw new UnusableError(
        `${kind}: its function ${what}: --nemesis wants ` + EXAMPLE,
      );
    };
    let cycle: unknown;
    try {
      cycle = nemeses.get(kind)(victim, random);
    } catch (error) {
      return refuse(`throws ${error}`);
    }
    return isCycle(cycle)
      ? cycle
      : refuse("returns no object with begin() and end()");
  });
}

const isCycle = (it: unknown): it is FaultCycle =>
  typeof it === "object" && it !== null &&
  "begin" in it && typeof it.begin === "function" &&
  "end" in it && typeof it.end === "function";
