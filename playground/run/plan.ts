/**
 * What is run in the page: which programs, as they were changed, and how. It is
 * all in the page's address, so that whoever gets that sees the same.
 *
 * @module
 */
import { relative } from "pathe";
import { type Claim, type Step, wordsOf } from "../../lessons/lesson.ts";
import { parseRun, wordsFor } from "../../workbench/cli/run_flags.ts";
import {
  type FaultStep,
  formatFaultScript,
  parseFaultScript,
} from "../../workbench/cluster/fault_script.ts";
import { through } from "../../viewer/run/streams.ts";
import { type SimulatedRun } from "../../workbench/run_options.ts";

/** A run, the programs that were changed for it, and what a hand did to it. */
export interface Plan {
  /** Without the hand's steps. */
  readonly run: SimulatedRun;
  /** In the order of time. */
  readonly steps: readonly FaultStep[];
  /** Texts of programs that are not the project's, by their paths. */
  readonly edits: Readonly<Record<string, string>>;
  readonly view: View;
  /** The lesson's step that is open: `broadcast/1_tell_all`. */
  readonly lesson?: string;
}

/** What is done with the run. */
export type View = "play" | "hunt" | "compare";

/** The path of a run's program from the project's folder. */
export const programOf = (run: SimulatedRun): string =>
  relative("", run.program);

/** What the file of a plan's steps is called. */
export const STEPS_FILE = "faults.jsonl";

/** The run of a plan, with the hand's steps. */
export const runOf = ({ run, steps }: Plan): SimulatedRun =>
  steps.length === 0
    ? run
    : { ...run, scriptOfFaults: { file: STEPS_FILE, steps } };

/**
 * The plan of a run that was made of a plan's, such as one of its seeds: the
 * programs are the same, and steps by hand are the plan's own again.
 */
export const planFor = (plan: Plan, run: SimulatedRun): Plan => ({
  ...plan,
  run: { ...run, scriptOfFaults: undefined, journalHash: undefined },
  steps: run.scriptOfFaults?.steps ?? [],
  view: "play",
});

/** The same with one step more. */
export const withStep = (plan: Plan, step: FaultStep): Plan => ({
  ...plan,
  steps: [...plan.steps, step].sort((a, b) => a.at - b.at),
});

/** A plan with other flags: `words` are those of `simulate`. */
export const planOf = (words: readonly string[]): Plan => ({
  run: parseRun(words),
  steps: [],
  edits: {},
  view: "play",
});

/** What a lesson's claim says, to be seen. */
export const ofClaim = (step: Step, claim: Claim, lesson?: string): Plan => ({
  ...planOf(wordsOf(step, claim)),
  lesson,
});

/**
 * A plan whose dials are turned: flags without their dashes, and their values; a
 * value that is empty, or a switch's "false", takes a flag back.
 *
 * @throws {UsageError}
 */
export function turned(plan: Plan, flags: URLSearchParams): Plan {
  const words = wordsFor(plan.run);
  const end = words.indexOf("--");
  const [own, rest] = end < 0
    ? [words, []]
    : [words.slice(0, end), words.slice(end)];
  const more = [...flags].flatMap(([name, value]) =>
    value === "true" ? [`--${name}`] : [`--${name}=${value}`]
  );
  // A flag that is given twice is what it was last.
  return { ...plan, run: parseRun([...own, ...more, ...rest]) };
}

const views: readonly View[] = ["play", "hunt", "compare"];
const [STEPS, CODE, LESSON] = ["steps", "code", "lesson"];

/** The address of a plan, as a hash. */
export async function addressOf(plan: Plan): Promise<string> {
  const { run, steps, edits, view, lesson } = plan;
  const parts = [wordsFor(run).map(encodeURIComponent).join("+")];
  if (lesson !== undefined) parts.push(`${LESSON}=${lesson}`);
  if (steps.length > 0) {
    parts.push(`${STEPS}=${await deflated(formatFaultScript(steps))}`);
  }
  if (Object.keys(edits).length > 0) {
    parts.push(`${CODE}=${await deflated(JSON.stringify(edits))}`);
  }
  return `#${view}/${parts.join("&")}`;
}

/**
 * The plan of an address.
 *
 * @returns undefined if it has none
 * @throws {Error} it was cut off or changed
 */
export async function planIn(hash: string): Promise<Plan | undefined> {
  const slash = hash.indexOf("/");
  const view = views.find((it) => hash.slice(1, slash) === it);
  if (view === undefined) return undefined;
  const [words, ...parts] = hash.slice(slash + 1).split("&");
  const given = new Map(parts.map((part): [string, string] => {
    const [name, value = ""] = part.split(/=(.*)/s);
    return [name, value];
  }));
  const steps = given.get(STEPS);
  const code = given.get(CODE);
  if (words === "") return undefined;
  return {
    run: parseRun(words.split("+").map(decodeURIComponent)),
    steps: steps === undefined ? [] : parseFaultScript(await inflated(steps)),
    edits: code === undefined ? {} : editsIn(JSON.parse(await inflated(code))),
    view,
    lesson: given.get(LESSON),
  };
}

/** Whatever an address says, these are texts. */
function editsIn(value: unknown): Record<string, string> {
  if (typeof value !== "object" || value === null) return {};
  return Object.fromEntries(
    Object.entries(value).filter((it): it is [string, string] =>
      typeof it[1] === "string"
    ),
  );
}

async function deflated(text: string): Promise<string> {
  const bytes = await through(
    new CompressionStream("deflate"),
    new TextEncoder().encode(text),
  );
  const binary = Array.from(bytes, (it) => String.fromCharCode(it)).join("");
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_")
    .replace(/=+$/, "");
}

/** @throws {Error} it is not what {@linkcode deflated} made */
async function inflated(text: string): Promise<string> {
  try {
    const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
    const bytes = await through(
      new DecompressionStream("deflate"),
      Uint8Array.from(binary, (it) => it.charCodeAt(0)),
    );
    return new TextDecoder().decode(bytes);
  } catch {
    throw new Error("a part of it is damaged, or was cut off on its way");
  }
}
