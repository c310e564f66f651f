import { type Nemesis } from "./nemesis.ts";
import { subset } from "./subset.ts";

/** Nodes stand still. */
export const pause: Nemesis = (victim, random) => ({
  begin() {
    const value = subset(victim.nodeIds, random);
    return { f: "pause", value, apply: () => victim.pause(value) };
  },
  end: () => ({
    f: "resume",
    value: victim.nodeIds,
    apply: () => victim.resume(),
  }),
});
