/**
 * The parts of a history, an object or key each, and what is found of them.
 *
 * @module
 */
import { parseJson, stringifyJson } from "../../json.ts";
import { type Op, who } from "../../load/history.ts";
import { type Evidence, type Validity } from "../result.ts";
import { seconds } from "../words.ts";
import { FIRST, linearize } from "./linearize.ts";
import {
  type HistoryModel,
  type Interval,
  type Model,
  type Shortcut,
} from "./model.ts";
import { type Limits, type Linearization } from "./search.ts";

/** An operation that happened, or may have: then there is no completion. */
export interface Placeable<Operation> {
  readonly operation: Operation;
  readonly invoke: Op;
  readonly complete: Op | undefined;
}

/** The operations on one object. */
export interface Part<Operation> {
  /** As JSON; undefined if there is but one object. */
  readonly key: string | undefined;
  readonly calls: readonly Placeable<Operation>[];
}

/** What was found of a part. */
export interface Finding {
  readonly linearizable: Validity;
  /** The longest order that was found. */
  readonly order: readonly Op[];
  /** Unless it is linearizable: who fits nowhere, and why, in words. */
  readonly stuck: readonly Op[];
  readonly explanation: string;
}

/** What is shown of a key. */
export interface Told {
  readonly key: string | undefined;
  readonly found: Finding;
}

/** How much of an order is shown in words. */
const SHOWN = 6;

/** Of so many keys a picture has the whole order, or its end if it is long; */
const PICTURED = 10;
const ORDER_PICTURED = 1000;
/** of others so many operations at its end. */
const ORDER_SHOWN = 30;

/** In the first round, a part gets so many configurations. */
const CHEAP = 5 * FIRST;

/**
 * Decides each part. All are tried with little at first. Who needs more shares
 * what is left of the limits, cheap parts first; but if something is wrong
 * already, they are left.
 */
export function decide<State, Operation>(
  model: HistoryModel<State, Operation>,
  parts: readonly Part<Operation>[],
  limits: Limits,
): Finding[] {
  let left = limits.configurations;
  const known = parts.map((part) => model.shortcut?.(intervalsOf(part)));
  // What is known to be wrong is searched a little, for the longest order.
  const linearized = parts.map((part, i) => {
    if (known[i]?.linearizable === true) return FINE;
    const share = { ...limits, configurations: Math.min(CHEAP, left) };
    const found = linearize(model, intervalsOf(part), share);
    left = Math.max(0, left - found.configurations);
    return found;
  });
  const hard = [...parts.keys()].filter((i) =>
    linearized[i].linearizable === "unknown"
  ).sort((a, b) => hardness(parts[a]) - hardness(parts[b]));
  const isWrong = [...linearized, ...known].some((it) =>
    it?.linearizable === false
  );
  for (const [place, i] of isWrong ? [] : hard.entries()) {
    const configurations = Math.floor(left / (hard.length - place));
    if (configurations <= CHEAP) break;
    const share = { ...limits, configurations };
    linearized[i] = linearize(model, intervalsOf(parts[i]), share);
    left = Math.max(0, left - linearized[i].configurations);
    if (linearized[i].linearizable === false) break;
  }
  return parts.map((part, i) => {
    const shortcut = known[i];
    return shortcut && linearized[i].linearizable === "unknown"
      ? findingWithoutOrder(model, part, shortcut)
      : findingOf(model, part, linearized[i]);
  });
}

/** All is well, which nobody had to search for. */
const FINE: Linearization = {
  linearizable: true,
  order: [],
  stuck: [],
  configurations: 0,
};

function intervalsOf<Operation>(
  { calls }: Part<Operation>,
): Interval<Operation>[] {
  return calls.map(({ operation, invoke, complete }) => ({
    operation,
    begin: invoke.index,
    end: complete?.index,
  }));
}

/** Operations of unknown fate cost most. */
function hardness<Operation>({ calls }: Part<Operation>): number {
  const unknown = calls.filter(({ complete }) => complete === undefined);
  return calls.length + 20 * unknown.length;
}

function findingOf<State, Operation>(
  model: Model<State, Operation>,
  part: Part<Operation>,
  found: Linearization,
): Finding {
  const { calls } = part;
  const indices = (ids: readonly number[]) => ids.map((id) => calls[id].invoke);
  const isFine = found.linearizable === true;
  return {
    linearizable: found.linearizable,
    order: indices(found.order),
    stuck: indices(found.stuck),
    explanation: isFine ? "" : explain(model, part, found),
  };
}

/** What is wrong, where no search came to an end. */
function findingWithoutOrder<State, Operation>(
  model: Model<State, Operation>,
  { key, calls }: Part<Operation>,
  { linearizable, why, stuck }: Shortcut,
): Finding {
  const explanation = [
    `${noOrder(key)}: ${why}.`,
    ...stuck.map((id) => `  > ${describe(model, calls[id])}`),
  ].join("\n");
  const who = stuck.map((id) => calls[id].invoke);
  return { linearizable, order: [], stuck: who, explanation };
}

const on = (key: string | undefined) =>
  key === undefined ? "" : ` on key ${key}`;

const noOrder = (key: string | undefined) =>
  `linearizability: no order of the operations${on(key)} explains what they ` +
  "returned";

function describe<State, Operation>(
  model: Model<State, Operation>,
  { invoke, complete, operation }: Placeable<Operation>,
): string {
  const end = complete ? seconds(complete) : "an unknown end";
  const words = model.describe?.(operation) ?? stringifyJson(operation);
  return `op ${invoke.index}, ${who(invoke)}, from ${
    seconds(invoke)
  } to ${end}: ${words}`;
}

function explain<State, Operation>(
  model: Model<State, Operation>,
  { key, calls }: Part<Operation>,
  { linearizable, order, stuck, configurations }: Linearization,
): string {
  const state = order.reduce(
    (state: State, id) => model.step(state, calls[id].operation) ?? state,
    model.init,
  );
  const shown = order.slice(-SHOWN);
  const firstEnd = Math.min(
    ...stuck.map((id) => calls[id].complete?.index ?? Infinity),
  );
  const now = model.describeState?.(state) ??
    `the state is ${stringifyJson(state)}`;
  const isUnknown = linearizable === "unknown";
  const verdict = isUnknown
    ? `linearizability: unknown whether the operations${on(key)} have an ` +
      "order that explains what they returned: after " +
      `${configurations.toLocaleString("en")} configurations the search was ` +
      "given up."
    : `${noOrder(key)}.`;
  const next = isUnknown
    ? "and these had to happen next, some of them perhaps after operations " +
      "of unknown fate:"
    : `and none of those that must have happened by op ${firstEnd} can come ` +
      "next:";
  return [
    verdict,
    `The first ${order.length} of ${calls.length} can be put into an order` +
    (shown.length < order.length
      ? `, which ends with`
      : shown.length > 0
      ? `:`
      : "."),
    ...shown.map((id) => `    ${describe(model, calls[id])}`),
    `Then ${now}, ${next}`,
    ...stuck.map((id) => `  > ${describe(model, calls[id])}`),
  ].join("\n");
}

/** For pictures: of each that is not linearizable, how far one gets. */
export function evidenceOf(told: readonly Told[]): Evidence[] {
  const evidence: Evidence[] = [];
  for (const { key, found: { linearizable, order, stuck } } of told) {
    if (linearizable === true) continue;
    const most = evidence.length < PICTURED ? ORDER_PICTURED : ORDER_SHOWN;
    const shown = order.slice(-most);
    evidence.push({
      kind: "linearization",
      key: key === undefined ? null : parseJson(key),
      order: shown.map(({ index }) => index),
      omitted: order.length - shown.length,
      stuck: stuck.map(({ index }) => index),
    });
  }
  return evidence;
}
