/**
 * Injects faults: partitions, kills and pauses, at random times, as Jepsen's
 * combined nemesis does.
 *
 * @module
 */
import { type Grudge } from "./network.ts";
import { type Random } from "../clock/random.ts";

/** The kinds of fault, by their names on the command line. */
export const faults = ["partition", "kill", "pause"] as const;
export type Fault = typeof faults[number];

/** What faults are injected into. */
export interface Victim {
  readonly nodeIds: readonly string[];
  partition(grudge: Grudge): void;
  kill(ids: readonly string[]): void;
  /** Starts those that are not running. */
  start(): void;
  pause(ids: readonly string[]): void;
  resume(): void;
}

/** One fault, or the end of one: what the history says, and how to do it. */
export interface FaultOperation {
  readonly f: string;
  readonly value: unknown;
  apply(): void;
}

/** Alternates between a fault and its end. */
export interface FaultCycle {
  begin(): FaultOperation;
  end(): FaultOperation;
}

/** A cycle for partitions, and one for kills and one for pauses. */
export function faultCycles(
  kinds: readonly string[],
  victim: Victim,
  random: Random,
): FaultCycle[] {
  const ids = victim.nodeIds;
  const cycles: Record<Fault, FaultCycle> = {
    partition: {
      begin() {
        const shape = random.pick(Object.keys(shapes));
        const grudge = shapes[shape](random.shuffle(ids));
        return {
          f: "start-partition",
          value: Object.fromEntries(
            [...grudge].map(([id, cut]) => [id, [...cut]]),
          ),
          apply: () => victim.partition(grudge),
        };
      },
      end: () => ({
        f: "stop-partition",
        value: null,
        apply: () => victim.partition(new Map()),
      }),
    },
    kill: {
      begin() {
        const value = subset(ids, random);
        return { f: "kill", value, apply: () => victim.kill(value) };
      },
      end: () => ({ f: "start", value: ids, apply: () => victim.start() }),
    },
    pause: {
      begin() {
        const value = subset(ids, random);
        return { f: "pause", value, apply: () => victim.pause(value) };
      },
      end: () => ({ f: "resume", value: ids, apply: () => victim.resume() }),
    },
  };
  return faults.filter((kind) => kinds.includes(kind)).map((kind) =>
    cycles[kind]
  );
}

const majority = (n: number) => Math.floor(n / 2) + 1;
const minorityThird = (n: number) => Math.max(0, Math.floor((n - 1) / 3));

/** Shapes of partitions of nodes that come in random order. */
const shapes: Record<string, (ids: readonly string[]) => Grudge> = {
  "one": (ids) => split(ids, 1),
  "majority": (ids) => split(ids, Math.floor(ids.length / 2)),
  "minority-third": (ids) => split(ids, minorityThird(ids.length)),
  "majorities-ring": (ids) => {
    const n = ids.length;
    const size = majority(n);
    const before = Math.floor(size / 2);
    return new Map(ids.map((id, i) => {
      const heard = new Set(
        Array.from({ length: size }, (_, k) => ids[(i - before + k + n) % n]),
      );
      return [id, new Set(ids.filter((other) => !heard.has(other)))];
    }));
  },
};

/** Two groups that do not hear each other. */
function split(ids: readonly string[], size: number): Grudge {
  const [left, right] = [ids.slice(0, size), ids.slice(size)];
  return new Map([
    ...left.map((id) => [id, new Set(right)] as const),
    ...right.map((id) => [id, new Set(left)] as const),
  ]);
}

/** A random subset, one node, a minority (third), a majority, or all. */
function subset(ids: readonly string[], random: Random): string[] {
  const n = ids.length;
  const size = random.pick([
    1 + random.integer(n),
    1,
    minorityThird(n),
    majority(n) - 1,
    majority(n),
    n,
  ]);
  return random.shuffle(ids).slice(0, size);
}
