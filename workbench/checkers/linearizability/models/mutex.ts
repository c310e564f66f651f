/**
 * Mutexes: Knossos' `mutex`, and those of Jepsen's tests of Hazelcast.
 *
 * Operations are `acquire` and `release`. Who acquires and releases is the
 * value's `client`, or else the process.
 *
 * @module
 */
import { canonicalJson } from "../../../json.ts";
import { type Call, type HistoryModel } from "../model.ts";

/** An operation on a mutex. */
export interface MutexOperation {
  readonly f: "acquire" | "release";
  /** As JSON. */
  readonly client: string;
  /** What an acquisition was given, which grows; undefined if unknown or none. */
  readonly fence?: number;
}

const FREE = "free";
const HELD = "held";

/** Whether somebody holds it. */
export const mutex: HistoryModel<string, MutexOperation["f"]> = {
  name: "mutex",
  init: FREE,
  lost: "over",
  step(state, f) {
    if (f === "acquire") return state === FREE ? HELD : undefined;
    return state === HELD ? FREE : undefined;
  },
  operation: (call) => mutexOperation(call)?.f,
  result: (f) => f === "acquire" ? HELD : FREE,
  mayLeadTo: (state, f) => state === (f === "acquire" ? FREE : HELD),
  describe: (f) => f === "acquire" ? "acquired" : "released",
  describeState: (state) => `the mutex is ${state}`,
};

const describe = ({ f, client, fence }: MutexOperation) =>
  `${f === "acquire" ? "acquired" : "released"} by ${client}` +
  (fence === undefined ? "" : `, fence ${fence}`);

/** Only who holds it may release it. The state is who does. */
export const ownerAwareMutex: HistoryModel<string, MutexOperation> = {
  name: "owner-aware-mutex",
  init: FREE,
  lost: "over",
  step(state, { f, client }) {
    if (f === "acquire") return state === FREE ? client : undefined;
    return state === client ? FREE : undefined;
  },
  operation: withoutFence,
  result: ({ f, client }) => f === "acquire" ? client : FREE,
  mayLeadTo: (state, { f, client }) =>
    state === (f === "acquire" ? FREE : client),
  describe,
  describeState: (state) =>
    state === FREE ? "the mutex is free" : `${state} holds the mutex`,
};

/** Who holds it, how often, and the last fence. */
interface Holding {
  readonly owner: string | null;
  readonly count: number;
  readonly fence: number;
}

const nobody: Holding = { owner: null, count: 0, fence: 0 };

const describeHolding = ({ owner, count, fence }: Holding) =>
  (owner === null
    ? "the mutex is free"
    : `${owner} holds the mutex${count > 1 ? ` ${count} times` : ""}`) +
  (fence > 0 ? `, the last fence was ${fence}` : "");

function release(state: Holding, client: string): Holding | undefined {
  if (state.owner !== client) return undefined;
  const { owner, count, fence } = state;
  return { owner: count > 1 ? owner : null, count: count - 1, fence };
}

/**
 * Who holds it may acquire it again, and must release it as often.
 *
 * @param most how often at most
 */
export function reentrantMutex(
  most = 2,
): HistoryModel<Holding, MutexOperation> {
  return {
    name: "reentrant-mutex",
    init: nobody,
    step(state, { f, client }) {
      const { owner, count } = state;
      if (f === "release") return release(state, client);
      if (count >= most || owner !== null && owner !== client) return undefined;
      return { ...state, owner: client, count: count + 1 };
    },
    operation: withoutFence,
    describe,
    describeState: describeHolding,
  };
}

/**
 * Each acquisition is given a larger fence than all before; those that were
 * given none, or 0, may have any. Reentrant ones are given the same again.
 *
 * @param most how often who holds it may acquire it
 */
export function fencedMutex(most = 1): HistoryModel<Holding, MutexOperation> {
  return {
    name: most === 1 ? "fenced-mutex" : "reentrant-fenced-mutex",
    init: nobody,
    step(state, { f, client, fence = 0 }) {
      const { owner, count, fence: last } = state;
      if (f === "release") return release(state, client);
      if (owner === null) {
        if (fence !== 0 && fence <= last) return undefined;
        return { owner: client, count: 1, fence: Math.max(fence, last) };
      }
      if (owner !== client || count >= most) return undefined;
      return fence === 0 || fence === last
        ? { ...state, count: count + 1 }
        : undefined;
    },
    operation: mutexOperation,
    describe,
    describeState: describeHolding,
  };
}

/**
 * Permits that clients acquire and release, each what it has.
 *
 * @param permits how many there are
 */
export function semaphore(
  permits = 2,
): HistoryModel<readonly string[], MutexOperation> {
  return {
    name: "semaphore",
    init: [],
    step(holders, { f, client }) {
      if (f === "acquire") {
        return holders.length < permits
          ? [...holders, client].sort()
          : undefined;
      }
      const place = holders.indexOf(client);
      return place < 0 ? undefined : holders.toSpliced(place, 1);
    },
    operation: withoutFence,
    describe,
    describeState: (holders) =>
      holders.length === 0
        ? "all permits are there"
        : `permits are with ${holders.join(", ")}`,
  };
}

/** @throws {TypeError} no operation of a mutex */
function mutexOperation(call: Call): MutexOperation | undefined {
  const { f, input, output, type, process } = call;
  if (f !== "acquire" && f !== "release") {
    throw new TypeError(`no operation of a mutex: ${f}`);
  }
  if (type === "fail") return undefined;
  const { client = process } = fields(input);
  const { fence } = fields(output);
  return {
    f,
    client: canonicalJson(client),
    ...(f === "acquire" && typeof fence === "number" && { fence }),
  };
}

function withoutFence(call: Call): MutexOperation | undefined {
  const operation = mutexOperation(call);
  return operation && { f: operation.f, client: operation.client };
}

function fields(value: unknown): { client?: unknown; fence?: unknown } {
  return typeof value === "object" && value !== null ? value : {};
}
