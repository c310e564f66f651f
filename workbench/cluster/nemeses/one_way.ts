import { type Random } from "../../clock/random.ts";
import { type Grudge } from "../network.ts";
import { type Nemesis } from "./nemesis.ts";

/**
 * Messages are lost in one direction, beside partitions: whoever does not hear
 * another is still heard by it (jepsen-io/maelstrom issue 23).
 */
export const oneWay: Nemesis = (victim, random) => ({
  begin() {
    const shape = random.pick(Object.keys(shapes));
    const ids = random.shuffle(victim.nodeIds);
    const grudge = grudgeOf(shapes[shape](ids, random));
    return {
      f: "start-one-way",
      value: Object.fromEntries(
        [...grudge].map(([id, unheard]) => [id, [...unheard]]),
      ),
      apply: () => victim.partition(grudge, "one-way"),
    };
  },
  end: () => ({
    f: "stop-one-way",
    value: null,
    apply: () => victim.partition(new Map(), "one-way"),
  }),
});

/** A link in one direction: who does not hear, and whom. */
type Deafness = readonly [to: string, from: string];

const between = (
  receivers: readonly string[],
  sources: readonly string[],
): Deafness[] => receivers.flatMap((to) => sources.map((from) => [to, from]));

/** Shapes among nodes that come in random order; no link in both directions. */
const shapes: Record<
  string,
  (ids: readonly string[], random: Random) => readonly Deafness[]
> = {
  "deaf": ([one, ...others]) => between([one], others),
  "mute": ([one, ...others]) => between(others, [one]),
  "half": (ids, random) => {
    const links = ids.flatMap((to, i) =>
      ids.slice(i + 1).map((from): Deafness =>
        random.chance(0.5) ? [to, from] : [from, to]
      )
    );
    return random.shuffle(links).slice(0, Math.ceil(links.length / 2));
  },
  // One half does not hear the other, and both hear the bridge and are heard.
  "bridge": ([_bridge, ...others]) => {
    const size = Math.ceil(others.length / 2);
    return between(others.slice(0, size), others.slice(size));
  },
};

function grudgeOf(links: readonly Deafness[]): Grudge {
  const grudge = new Map<string, Set<string>>();
  for (const [to, from] of links) {
    grudge.getOrInsertComputed(to, () => new Set()).add(from);
  }
  return grudge;
}
