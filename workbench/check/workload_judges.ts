/**
 * What runs of Maelstrom's workloads, and of one's own, are checked for.
 *
 * @module
 */
import { Random } from "../clock/random.ts";
import { knownWorkload } from "../workloads/known.ts";
import { workloadSpecs } from "../workloads/mod.ts";
import { type Workload } from "../workloads/workload.ts";
import { type Judge } from "./judge.ts";
import { judges } from "./judges.ts";

/** What is checked in runs of a workload, by its name or its file. */
export function judgeOfWorkload(name: string): Judge | undefined {
  const found = knownWorkload(name);
  return found && judgeOf(found);
}

/** All names of models, but for aliases. */
export const modelNames = (): string[] => [
  ...new Set([
    ...judges.map(({ name }) => name),
    ...Object.keys(workloadSpecs),
  ]),
];

/** What is checked in the runs of a workload. */
function judgeOf(workload: Workload): Judge {
  const { name, checked, flags = {} } = workload;
  const specFor = (own: Readonly<Record<string, unknown>>) =>
    workload.create({
      ...{ own, nodeIds: [], concurrency: 1, latency: 0 },
      random: new Random("check"),
    });
  return {
    name,
    about: checked,
    functions: {},
    flags,
    neverOk: (own) => specFor(own).neverOk,
    check: (history, own) => specFor(own).check(history),
  };
}
