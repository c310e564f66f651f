#!/usr/bin/env -S deno run --no-config --cached-only --no-prompt --allow-read=data --allow-write=data
/**
 * A linearizable key-value store, for Maelstrom's workload lin-kv.
 *
 * The nodes keep one log by Raft (Ongaro and Ousterhout, 2014; lib/raft.ts), and
 * what they store is what the log's commands have made. Any node takes requests
 * and passes them on to the leader, many at once. Writes go through the log;
 * reads wait for a round of messages that shows that the leader still leads.
 *
 * Promises, under partition, loss, duplication, reordering, pause, wrong clocks
 * and the kill of all nodes, with `--data-dir`: linearizability, and each request
 * is done at most once. Who reaches a majority is served. Without `--data-dir` a
 * killed node has forgotten what it promised, and all this holds but for kills.
 */
import {
  array,
  boolean,
  canonicalJson,
  ErrorCode,
  groupCommit,
  integer,
  isCode,
  json,
  message,
  natural,
  type Node,
  object,
  type Of,
  Raft,
  type RaftMachine,
  RoundTrip,
  RpcError,
  run,
  string,
  tuple,
} from "../lib/maelstrom.ts";

/** What is asked of a key: `read`, `write` a value, `cas` from one to another. */
export type Op = [f: string, key: unknown, value: unknown, to: unknown];
export const op = tuple<Op>(string, json, json, json);
const isWrite = ([f]: Op): boolean => f !== "read";
type NumberedOp = [number: number, op: Op];

/** A value, or the text of an error. */
export type Result = [error: number, value: unknown];
export const result = tuple<Result>(integer, json);
const NONE = -1;
const lost: Result = [ErrorCode.timeout, "it was given up, and may be done"];
interface Done {
  readonly written: Result[];
  readonly read: Result[];
}

/** Writes of one node, which it counts from 1 in each of its lives. */
const batch = object({
  /** Whose they are; without a disk, on which lives are counted, each life's. */
  by: string,
  life: natural,
  /** The first that is under way: nobody waits for those before it any more. */
  since: natural,
  writes: array(tuple<NumberedOp>(natural, op)),
});
type Batch = Of<typeof batch>;

/** Asks the leader to do what clients ask for. */
const forward = message("forward", { batch, reads: array(op) }, {
  written: array(result),
  read: array(result),
});
type Forwarded = Of<typeof forward.request>;

const addMember = message("add_member", { node_id: string }, {});
const removeMember = message("remove_member", { node_id: string }, {});
const change = message("change", { id: string, isMember: boolean }, {});

/**
 * So long a request is tried, in ms: Maelstrom's clients wait no longer. Those
 * of lin-kv give up after 1 s, or ten latencies, of which a node knows nothing.
 */
const MAX_TRYING = 5000;

/** @param watch is given this node's Raft, by tests */
export default function linKv(
  node: Node,
  watch?: (raft: Raft<Batch, Result[]>) => void,
): void {
  /** Least time between two messages to the leader, and two of its rounds, in ms. */
  const interval = node.option("batch-interval", { default: 10, max: 1000 });
  /** Without a sign of the leader for this to twice this another is elected. */
  const timeout = node.option("election-timeout", { default: 1000, min: 10 });
  /** Entries of the log after which a snapshot takes their place. */
  const snapshotEvery = node.option("snapshot-every", {
    default: 2000,
    min: 1,
    integer: true,
  });
  const disk = node.disk();
  if (disk === undefined) {
    node.log("no --data-dir: a killed node forgets what it has promised");
  }

  const store = new Store();
  const raft = new Raft(node, store, {
    disk,
    batchInterval: interval,
    electionTimeout: timeout,
    snapshotEvery,
  });
  watch?.(raft);

  // -------------------------------------------------------------- any node

  const trip = new RoundTrip({
    initial: 300,
    min: 50,
    max: MAX_TRYING,
    granularity: 2 * interval, // what is passed on waits for a round
  });
  let lastWrite = 0;
  /** Of the writes under way, from the first to the last. */
  const underWay = new Set<number>();

  /** Has the leader do it, whoever that is. What is asked again is done once. */
  async function pass(ops: readonly Op[]): Promise<Result[]> {
    const reads = ops.filter((op) => !isWrite(op));
    const writes = ops.filter(isWrite)
      .map((op): NumberedOp => [++lastWrite, op]);
    for (const [number] of writes) underWay.add(number);
    const end = node.now() + MAX_TRYING;
    try {
      while (node.now() < end) {
        const leader = raft.leader ??
          await Promise.race([raft.elected(), node.sleep(end - node.now())]);
        const [since = lastWrite + 1] = underWay;
        const by = disk ? node.id : node.incarnation;
        const batch = { by, life: raft.lives, since, writes };
        const done = leader && await attempt(leader, { batch, reads });
        if (!done) continue;
        const { written, read } = done;
        return ops.map((op) => (isWrite(op) ? written : read).shift() ?? lost);
      }
      throw new RpcError(ErrorCode.timeout, "nobody leads, or nobody answers");
    } finally {
      for (const [number] of writes) underWay.delete(number);
    }
  }

  /** Asks a node that may lead; undefined: not any more, or it did not answer. */
  async function attempt(
    leader: string,
    request: Forwarded,
  ): Promise<Done | undefined> {
    const { timeout } = trip;
    const start = node.now();
    try {
      if (leader === node.id) return await lead(request);
      const done = await node.rpc(leader, forward(request), { timeout });
      trip.answered(node.now() - start);
      return done;
    } catch (error) {
      const isSilent = isCode(error, ErrorCode.timeout);
      if (!isSilent && !isCode(error, ErrorCode.temporarilyUnavailable)) {
        throw error;
      }
      if (isSilent) trip.expired();
      else await node.sleep(timeout * node.random());
      return undefined;
    }
  }

  /** What is asked for within a moment goes to the leader together. */
  const perform = groupCommit(node, interval, pass, { patience: interval });

  serveClients(node, (op) => {
    if (raft.isMember) return perform(op);
    throw new RpcError(ErrorCode.notAMember, `${node.id} is no member`);
  });

  // ------------------------------------------------------------- the leader

  async function lead({ batch, reads }: Forwarded): Promise<Done> {
    const [written] = await Promise.all([
      batch.writes.length > 0 ? raft.propose(batch) : [],
      reads.length > 0 ? raft.confirm() : undefined,
    ]);
    return { written: [...written], read: reads.map((op) => store.do(op)) };
  }

  node.on(forward, async (request) => ({
    type: "forward_ok",
    ...await lead(request),
  }));

  // ------------------------------------------------------------ its members

  async function changeMembers(id: string, isMember: boolean): Promise<void> {
    if (!node.ids.includes(id)) {
      throw new RpcError(ErrorCode.malformedRequest, `there is no node ${id}`);
    }
    if (raft.isLeader || raft.leader === undefined) {
      return await raft.change(id, isMember);
    }
    await node.rpc(raft.leader, change({ id, isMember }));
  }

  node.on(change, async ({ id, isMember }) => {
    await raft.change(id, isMember);
    return { type: "change_ok" };
  });
  node.on(addMember, async ({ node_id }) => {
    await changeMembers(node_id, true);
    return { type: "add_member_ok" };
  });
  node.on(removeMember, async ({ node_id }) => {
    await changeMembers(node_id, false);
    return { type: "remove_member_ok" };
  });
}

/** Answers clients with what their operations come to. */
export function serveClients(
  node: Node,
  perform: (op: Op) => Promise<Result>,
): void {
  async function valueOf(...op: Op): Promise<unknown> {
    const [error, value] = await perform(op);
    if (error === NONE) return value;
    throw new RpcError(error, `${value}`);
  }

  node.serve("lin-kv", {
    async read({ key }) {
      return { type: "read_ok", value: await valueOf("read", key, null, null) };
    },
    async write({ key, value }) {
      await valueOf("write", key, value, null);
      return { type: "write_ok" };
    },
    async cas({ key, from, to }) {
      await valueOf("cas", key, from, to);
      return { type: "cas_ok" };
    },
  });
}

// -------------------------------------------------------------- what is stored

/** Values by their keys. */
export class Values {
  byKey = new Map<string, unknown>();

  do([f, key, value, to]: Op): Result {
    const name = canonicalJson(key);
    if (f !== "write" && !this.byKey.has(name)) {
      return [ErrorCode.keyDoesNotExist, `there is no key ${name}`];
    }
    const found = this.byKey.get(name);
    if (f === "read") return [NONE, found];
    if (f === "cas" && canonicalJson(found) !== canonicalJson(value)) {
      const text = `${canonicalJson(found)} is not ${canonicalJson(value)}`;
      return [ErrorCode.preconditionFailed, text];
    }
    this.byKey.set(name, f === "cas" ? to : value);
    return [NONE, null];
  }
}

/** What is known of a node's writes, in its last life that was heard of. */
interface Session {
  readonly life: number;
  /** Writes before this are answered or given up, and their answers forgotten. */
  since: number;
  readonly answers: Map<number, Result>;
}
const stored = object({
  values: array(tuple<[key: string, value: unknown]>(string, json)),
  sessions: array(tuple<
    [by: string, life: number, since: number, answers: [number, Result][]]
  >(string, natural, natural, array(tuple(natural, result)))),
});

/** The values, and what a node may ask for again (the thesis, 6.3). */
class Store extends Values implements RaftMachine<Batch, Result[]> {
  readonly command = batch;
  #sessions = new Map<string, Session>();

  apply({ by, life, since, writes }: Batch): Result[] {
    let session = this.#sessions.get(by);
    if (session === undefined || session.life < life) {
      session = { life, since, answers: new Map() };
      this.#sessions.set(by, session);
    }
    // What comes from a life of before comes late: nobody waits for it.
    if (session.life > life) return writes.map(() => lost);
    const { answers } = session;
    const results = writes.map(([number, op]) => {
      if (number < session.since) return lost;
      return answers.getOrInsertComputed(number, () => this.do(op));
    });
    session.since = Math.max(session.since, since);
    for (const number of answers.keys()) {
      if (number < session.since) answers.delete(number);
    }
    return results;
  }

  snapshot(): Of<typeof stored> {
    const sessions = [...this.#sessions];
    return {
      values: [...this.byKey],
      sessions: sessions.map((
        [by, { life, since, answers }],
      ) => [by, life, since, [...answers]]),
    };
  }

  restore(state: unknown): void {
    if (!stored.test(state)) {
      throw new TypeError(`a snapshot is ${stored.expected}`);
    }
    this.byKey = new Map(state.values);
    this.#sessions = new Map(
      state.sessions.map((
        [by, life, since, answers],
      ) => [by, { life, since, answers: new Map(answers) }]),
    );
  }
}

if (import.meta.main) await run(linKv);
