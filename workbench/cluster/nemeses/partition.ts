import { type Grudge } from "../network.ts";
import { type Nemesis } from "./nemesis.ts";
import { majority, minorityThird } from "./subset.ts";

/** Nodes are cut from each other, in Jepsen's four shapes. */
export const partition: Nemesis = (victim, random) => ({
  begin() {
    const shape = random.pick(Object.keys(shapes));
    const grudge = shapes[shape](random.shuffle(victim.nodeIds));
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
});

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
