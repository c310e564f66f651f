/**
 * Sets, queues and stacks, as Knossos'.
 *
 * @module
 */
import { canonicalJson, parseJson } from "../../../json.ts";
import { type Call, type HistoryModel } from "../model.ts";
import { type ElementOperation, queueOrder } from "./queue_order.ts";

/** What is added, or all that was read, as JSON. */
export type SetOperation =
  | { readonly f: "add"; readonly element: string }
  | { readonly f: "read"; readonly elements: readonly string[] };

const list = (elements: readonly string[]) =>
  elements.length === 0 ? "nothing" : elements.slice(0, 20).join(", ") +
    (elements.length > 20 ? `, … (${elements.length})` : "");

/** Elements in order; undefined once nobody reads all that is in it. */
type Elements = readonly string[] | "lost";

/** A set: `add` and `read`, whose value is all elements. */
export const set: HistoryModel<Elements, SetOperation> = {
  name: "set",
  init: [],
  lost: "lost",
  step(state, it) {
    if (it.f === "read") {
      return state !== "lost" && state.length === it.elements.length &&
          state.every((element, i) => element === it.elements[i])
        ? state
        : undefined;
    }
    if (state === "lost" || state.includes(it.element)) return state;
    return [...state, it.element].sort();
  },
  key: (state) => state === "lost" ? state : state.join("\n"),
  isRead: ({ f }) => f === "read",
  mayLeadTo(state, it) {
    if (it.f === "add") return true;
    if (state === "lost") return false;
    const elements = new Set(it.elements);
    return state.every((element) => elements.has(element));
  },
  operation({ f, input, output, type }) {
    if (f === "add") {
      return type === "fail" ? undefined : { f, element: canonicalJson(input) };
    }
    if (f !== "read") throw new TypeError(`no operation of a set: ${f}`);
    if (type !== "ok" || !Array.isArray(output)) return undefined;
    return { f, elements: [...new Set(output.map(canonicalJson))].sort() };
  },
  describe: (it) =>
    it.f === "add" ? `added ${it.element}` : `read ${list(it.elements)}`,
  describeState: (state) =>
    `the set has ${list(state === "lost" ? [] : state)}`,
};

/** @throws {TypeError} no operation of a queue or stack */
function elementOperation(
  names: Readonly<Record<string, ElementOperation["f"]>>,
  { f, input, output, type }: Call,
): ElementOperation | undefined {
  const what = Object.hasOwn(names, f) ? names[f] : undefined;
  if (what === undefined) {
    const known = Object.keys(names).join(" and ");
    throw new TypeError(`${f} is none of ${known}`);
  }
  if (type === "fail") return undefined;
  if (what === "put") return { f: what, element: canonicalJson(input) };
  // What was taken out may be told by a completion of unknown fate, too.
  const element = output ?? (type === "info" ? input : undefined) ?? null;
  if (type === "ok" && element === null) return undefined; // told nothing
  return {
    f: what,
    element: element === null ? null : canonicalJson(element),
  };
}

const queueNames = { enqueue: "put", dequeue: "take" } as const;
const stackNames = { push: "put", pop: "take" } as const;

/**
 * A queue that keeps no order: `enqueue` and `dequeue`, whose value is what was
 * taken out. Each value is on its own. A dequeue of unknown fate that tells no
 * value has taken nothing that anybody misses.
 */
export const unorderedQueue: HistoryModel<number, ElementOperation> = {
  name: "unordered-queue",
  init: 0,
  step: (count, { f }) =>
    f === "put" ? count + 1 : count > 0 ? count - 1 : undefined,
  partition: ({ element }) => element === null ? null : parseJson(element),
  operation(call) {
    const operation = elementOperation(queueNames, call);
    return operation?.element === null ? undefined : operation;
  },
  describe: ({ f, element }) =>
    `${f === "put" ? "enqueued" : "dequeued"} ${element}`,
  describeState: (count) => `it is in the queue ${count} times`,
};

/** Which end things are taken from. */
function sequence(
  name: string,
  names: Readonly<Record<string, ElementOperation["f"]>>,
  words: readonly [put: string, take: string, object: string],
  takesFrom: "start" | "end",
): HistoryModel<readonly string[], ElementOperation> {
  const [put, take, object] = words;
  return {
    name,
    init: [],
    step(state, { f, element }) {
      if (f === "put") return [...state, element ?? "null"];
      const at = takesFrom === "start" ? 0 : state.length - 1;
      if (state.length === 0 || element !== null && state[at] !== element) {
        return undefined;
      }
      return state.toSpliced(at, 1);
    },
    key: (state) => state.join("\n"),
    operation: (call) => elementOperation(names, call),
    describe: ({ f, element }) =>
      `${f === "put" ? put : take} ${element ?? "something"}`,
    describeState: (state) => `the ${object} has ${list(state)}`,
  };
}

/** A queue, first in, first out: `enqueue` and `dequeue`. */
export const fifoQueue: HistoryModel<readonly string[], ElementOperation> = {
  ...sequence(
    "fifo-queue",
    queueNames,
    ["enqueued", "dequeued", "queue"],
    "start",
  ),
  shortcut: queueOrder,
};

/** A stack: `push` and `pop`. */
export const stack: HistoryModel<readonly string[], ElementOperation> =
  sequence("stack", stackNames, ["pushed", "popped", "stack"], "end");
