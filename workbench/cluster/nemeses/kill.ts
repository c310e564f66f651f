import { type Nemesis } from "./nemesis.ts";
import { subset } from "./subset.ts";

/** Nodes lose their memory, and start again at the end. */
export const kill: Nemesis = (victim, random) => ({
  begin() {
    const value = subset(victim.nodeIds, random);
    return { f: "kill", value, apply: () => victim.kill(value) };
  },
  end: () => ({
    f: "start",
    value: victim.nodeIds,
    apply: () => victim.start(),
  }),
});
