/**
 * A script of faults: what a hand does to a run and when, as data. A file has
 * one step a line, as JSON:
 *
 * ```json
 * {"at":1500,"do":"kill","node":"n1"}
 * {"at":2000,"do":"delay","message":117,"by":300}
 * ```
 *
 * @module
 */
import { messageOf } from "../../lib/errors.ts";

interface Step {
  /** Virtual ms since the run began. */
  readonly at: number;
}

/** What befalls a node. */
export interface NodeStep extends Step {
  readonly do: "kill" | "start" | "pause" | "resume";
  readonly node: string;
}

/** What befalls a link between two nodes, in both directions. */
export interface LinkStep extends Step {
  readonly do: "cut" | "heal";
  readonly link: readonly [string, string];
}

/** What befalls a message: under way, or, if it is not sent yet, once it is. */
export type MessageStep =
  & Step
  & {
    /** Its id in the journal. */
    readonly message: number;
  }
  & (
    | { readonly do: "drop" | "duplicate" }
    | {
      readonly do: "delay";
      /** How many ms longer it takes. */
      readonly by: number;
    }
  );

/** A node's clock jumps. */
export interface SkewStep extends Step {
  readonly do: "skew";
  readonly node: string;
  /** How many ms further the clock is; negative: back. */
  readonly by: number;
}

export type FaultStep = NodeStep | LinkStep | MessageStep | SkewStep;

/** A script, and the file that it is in, or is to be saved in. */
export interface ScriptOfFaults {
  readonly file: string;
  readonly steps: readonly FaultStep[];
}

/** What is wrong with a script: a sentence that begins with the line. */
export class FaultScriptError extends Error {
  override readonly name = "FaultScriptError";
}

/** What each step has beside `at` and `do`, in the order of its line. */
const fields: Readonly<Record<FaultStep["do"], readonly string[]>> = {
  ...{ kill: ["node"], start: ["node"], pause: ["node"], resume: ["node"] },
  ...{ cut: ["link"], heal: ["link"] },
  ...{ drop: ["message"], delay: ["message", "by"], duplicate: ["message"] },
  skew: ["node", "by"],
};

const isKind = (it: unknown): it is FaultStep["do"] =>
  typeof it === "string" && Object.hasOwn(fields, it);

/**
 * Reads a script. Steps need not be in the order of their times.
 *
 * @param nodeIds the cluster's nodes, if they are known: others are refused
 * @throws {FaultScriptError} a line is no step
 */
export function parseFaultScript(
  text: string,
  nodeIds?: readonly string[],
): FaultStep[] {
  const lines = text.replace(/^\uFEFF/, "").split(/\r?\n/);
  while (lines.at(-1)?.trim() === "") lines.pop();
  const steps = lines.map((line, i) => parseStep(line, i + 1));
  if (nodeIds !== undefined) checkNodes(steps, nodeIds);
  return steps;
}

/**
 * Refuses steps that name nodes which are not the cluster's.
 *
 * @throws {FaultScriptError} each step has the line of its number
 */
export function checkNodes(
  steps: readonly FaultStep[],
  nodeIds: readonly string[],
): void {
  for (const [i, step] of steps.entries()) {
    const named = "node" in step
      ? [step.node]
      : "link" in step
      ? step.link
      : [];
    const unknown = named.find((it) => !nodeIds.includes(it));
    if (unknown === undefined) continue;
    throw new FaultScriptError(
      `line ${i + 1}: there is no node "${unknown}"; there are ` +
        nodeIds.join(", "),
    );
  }
}

function parseStep(line: string, number: number): FaultStep {
  const refuse = (why: string): never => {
    throw new FaultScriptError(`line ${number}: ${why}`);
  };
  if (line.trim() === "") {
    return refuse("it is empty; each line is a step, as JSON");
  }
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    return refuse(`it is no JSON: ${messageOf(error)}`);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return refuse(
      `a step is an object such as {"at":1500,"do":"kill","node":"n1"}, ` +
        `got ${shown(value)}`,
    );
  }
  const given = new Map<string, unknown>(Object.entries(value));
  const read = <T>(
    name: string,
    wants: string,
    is: (it: unknown) => it is T,
  ): T => {
    const it = given.get(name);
    if (it === undefined) return refuse(`"${name}" is missing: ${wants}`);
    return is(it) ? it : refuse(`"${name}" wants ${wants}, got ${shown(it)}`);
  };
  const kind = read("do", `one of ${Object.keys(fields).join(", ")}`, isKind);
  const odd = [...given.keys()].find((name) =>
    !["at", "do", ...fields[kind]].includes(name)
  );
  if (odd !== undefined) {
    return refuse(
      `${kind} has no "${odd}"; it has ${
        ["at", "do", ...fields[kind]].join(", ")
      }`,
    );
  }
  const at = read("at", "a time in ms since the run began, from 0", isFromZero);
  const node = () => read("node", "a node's name", isName);
  switch (kind) {
    case "kill":
    case "start":
    case "pause":
    case "resume":
      return { at, do: kind, node: node() };
    case "cut":
    case "heal": {
      const [a, b] = read("link", 'two nodes, as in ["n0","n1"]', isPair);
      if (a === b) refuse(`"link" wants two nodes, but ${a} is itself`);
      return { at, do: kind, link: [a, b] };
    }
    case "skew": {
      const wants = "how many ms the clock jumps, not 0; back if negative";
      return { at, do: kind, node: node(), by: read("by", wants, isJump) };
    }
    default: {
      const message = read("message", "a message's id in the journal", isId);
      if (kind !== "delay") return { at, do: kind, message };
      const wants = "a number of ms above 0";
      return { at, do: kind, message, by: read("by", wants, isPositive) };
    }
  }
}

const isNumber = (it: unknown): it is number =>
  typeof it === "number" && Number.isFinite(it);
// 1e308 ms and one ms more are the same: no such time is meant.
const isTime = (it: unknown): it is number =>
  isNumber(it) && Math.abs(it) <= Number.MAX_SAFE_INTEGER;
const isFromZero = (it: unknown): it is number => isTime(it) && it >= 0;
const isPositive = (it: unknown): it is number => isTime(it) && it > 0;
const isJump = (it: unknown): it is number => isTime(it) && it !== 0;
const isId = (it: unknown): it is number =>
  Number.isSafeInteger(it) && isFromZero(it);
const isName = (it: unknown): it is string =>
  typeof it === "string" && it !== "";
const isPair = (it: unknown): it is [string, string] =>
  Array.isArray(it) && it.length === 2 && it.every(isName);

function shown(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}

/** A script's text, from which the same steps are read. */
export const formatFaultScript = (steps: readonly FaultStep[]): string =>
  steps.map((step) => `${formatStep(step)}\n`).join("");

/** A step as its line, without the line's end. */
export function formatStep(step: FaultStep): string {
  const given = new Map<string, unknown>(Object.entries(step));
  const names = ["at", "do", ...fields[step.do]];
  return JSON.stringify(
    Object.fromEntries(names.map((name) => [name, given.get(name)])),
  );
}

/** A step in words: `kill n1`, `delay message 117 by 300 ms`. */
export function describeStep(step: FaultStep): string {
  if ("link" in step) return `${step.do} ${step.link.join(" and ")}`;
  if ("message" in step) {
    const by = step.do === "delay" ? ` by ${step.by} ms` : "";
    return `${step.do} message ${step.message}${by}`;
  }
  const by = step.do === "skew" ? ` by ${step.by} ms` : "";
  return `${step.do} ${step.node}${by}`;
}

/** The jumps of a node's clock, in the order of their times. */
export const jumpsOf = (
  steps: readonly FaultStep[],
  node: string,
): SkewStep[] =>
  steps.filter((step): step is SkewStep =>
    step.do === "skew" && step.node === node
  ).toSorted((a, b) => a.at - b.at);
