/**
 * Raft: a log that a majority of the nodes keeps, and that all apply in the same
 * order.
 *
 * @module
 */
import { type Disk } from "./disk.ts";
import { ErrorCode, RpcError } from "./errors.ts";
import { message } from "./messages.ts";
import { type Node } from "./node.ts";
import {
  entryOf,
  type Position,
  position,
  type RaftEntry,
  RaftLog,
  type RaftLogView,
  snapshot,
} from "./raft_log.ts";
import { RoundTrip } from "./round_trip.ts";
import {
  array,
  boolean,
  natural,
  type Of,
  optional,
  type Shape,
  tuple,
} from "./shapes.ts";

/**
 * What the log is for: a state that every node has, and that changes only by the
 * commands in the log.
 *
 * @example
 * ```ts
 * import { integer, type RaftMachine } from "@gossip-glomers/maelstrom";
 *
 * export function counter(): RaftMachine<number, number> {
 *   let sum = 0;
 *   return {
 *     command: integer,
 *     apply: (delta) => sum += delta,
 *     snapshot: () => sum,
 *     restore: (state) => void (sum = Number(state)),
 *   };
 * }
 * ```
 */
export interface RaftMachine<C, R> {
  /** The shape of a command. */
  readonly command: Shape<C>;
  /** Applies a command. What it does depends on it and on the state alone. */
  apply(command: C): R;
  /** The whole state, as JSON. */
  snapshot(): unknown;
  /** Puts a snapshot's state in place of this one. */
  restore(state: unknown): void;
}

/**
 * How Raft is run.
 *
 * @example
 * ```ts
 * import { type Node, type RaftOptions } from "@gossip-glomers/maelstrom";
 *
 * export const options = (node: Node): RaftOptions => ({
 *   disk: node.disk(),
 *   electionTimeout: 500,
 * });
 * ```
 */
export interface RaftOptions {
  /** Where the log is kept; without one a killed node forgets it. */
  readonly disk?: Disk;
  /**
   * After how long a silence of the leader, in ms, another is elected: this to
   * twice this.
   *
   * @default 1000
   */
  readonly electionTimeout?: number;
  /**
   * The least time between two rounds of messages, in ms: what comes in between
   * shares the next.
   *
   * @default 10
   */
  readonly batchInterval?: number;
  /**
   * Whether a round goes to all, and not first to as many as it needs.
   *
   * @default false
   */
  readonly eager?: boolean;
  /** After how many entries a snapshot takes their place. @default 2000 */
  readonly snapshotEvery?: number;
}

/**
 * What a server is at a time.
 *
 * @example
 * ```ts
 * import { type Raft, type RaftRole } from "@gossip-glomers/maelstrom";
 *
 * export function count(role: RaftRole, all: Raft<unknown, unknown>[]): number {
 *   return all.filter((it) => it.role === role).length;
 * }
 * ```
 */
export type RaftRole = "follower" | "candidate" | "leader";

/** Asks for a vote. */
const vote = message("vote", {
  term: natural,
  /** Only whether there would be one: Ongaro's thesis, 9.6. */
  pre: boolean,
  last: position,
});
const voted = message("voted", {
  term: natural,
  pre: boolean,
  granted: boolean,
});

/** A part of the leader's log; without entries a sign of life. */
const append = <C>(command: Shape<C>) =>
  message("append", {
    term: natural,
    /** Counts the leader's rounds: who answers takes it for the leader then. */
    round: natural,
    /** The entry before these. */
    prev: position,
    entries: array(entryOf(command)),
    commit: natural,
  });
/** A snapshot, for who lacks more than the leader still has entries of. */
const install = message("install", { term: natural, round: natural, snapshot });
const appended = message("appended", {
  term: natural,
  round: natural,
  /** So far the log is the leader's, and on the disk. */
  match: optional(natural),
  /** It has no such `prev`; up to the second index it may be the leader's. */
  conflict: optional(tuple<[at: number, hint: number]>(natural, natural)),
});
/** How far does the leader's log go? */
const extent = message("extent", {}, { index: natural });

/** What the leader knows of another server. */
interface Follower {
  /** The next entry to send. */
  next: number;
  /** Up to here its log is known to be the same, and on its disk. */
  match: number;
  /** Its last answer's round. */
  round: number;
  /** Ticks since it was last heard of, and sent something. */
  silence: number;
  rest: number;
  /** Whether it is not known yet where the logs differ: one message at a time. */
  isProbed: boolean;
  /** Whether the answer to that is still to come. */
  isAwaited: boolean;
}

interface Waiting<T> {
  readonly resolve: (value: T) => void;
  readonly reject: (error: RpcError) => void;
}

interface Proposal<C, R> extends Waiting<R> {
  readonly command: C;
}

/** A change of the members that is not committed yet. */
interface Change extends Waiting<void> {
  readonly index: number;
}

interface Read extends Waiting<void> {
  /** It may be answered if this round is confirmed and this index applied. */
  readonly round: number;
  readonly index: number;
}

/** The election timeout, and the time between signs of life, in ticks. */
const ELECTION = 10;
const HEARTBEAT = 2;
/** An election that fails doubles the wait for the next, up to so many times. */
const MAX_BACKOFF = 4;
/** Entries in one message. */
const MAX_ENTRIES = 1000;

/**
 * One server of Raft: Ongaro and Ousterhout, "In Search of an Understandable
 * Consensus Algorithm", ATC 2014; Ongaro, "Consensus: Bridging Theory and
 * Practice", 2014 (below: the thesis). Figure 2 of the paper is all of it but
 *
 * - pre-votes (9.6) and a leader that steps down when it hears of no majority
 *   (6.2), so that a node that was cut off disturbs nobody;
 * - batches and pipelining (10.2): entries are sent while the leader writes them
 *   to its own disk, and further ones before the answer;
 * - reads that are no entries (6.4): a round of messages after the read came
 *   shows that there is no later leader. Entries and reads share rounds;
 * - rounds that go to as many as it needs at first, and to the rest if these do
 *   not answer in time, or with the next sign of life;
 * - snapshots (5), and changes of the members one by one (4.1), not before an
 *   entry of the leader's own term is committed (Ongaro's correction of 2015);
 * - a server whose disk has lost the end of its log does not vote before it has
 *   what a leader has of it (Alagappan et al., "Protocol-Aware Recovery for
 *   Consensus-Based Storage", FAST 2018).
 *
 * No clock decides what is safe: time is counted in ticks, and late or early
 * ones only make elections more or less likely.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { integer, type Node, Raft } from "@gossip-glomers/maelstrom";
 * import { TestCluster } from "@gossip-glomers/maelstrom/testing";
 *
 * const sums = new Map<string, number>();
 * const program = (node: Node) => {
 *   const add = (delta: number) => {
 *     const sum = (sums.get(node.id) ?? 0) + delta;
 *     sums.set(node.id, sum);
 *     return sum;
 *   };
 *   const raft = new Raft(node, {
 *     command: integer,
 *     apply: add,
 *     snapshot: () => sums.get(node.id),
 *     restore: (sum) => void sums.set(node.id, Number(sum)),
 *   });
 *   node.after(3000, async () => {
 *     if (raft.isLeader) assert.equal(await raft.propose(42), 42);
 *   });
 * };
 * await new TestCluster(program, { nodes: 3 }).pass(4000);
 * assert.deepEqual([...sums.values()], [42, 42, 42]);
 * ```
 */
export class Raft<C, R> {
  readonly #node: Node;
  readonly #machine: RaftMachine<C, R>;
  readonly #options: Required<Omit<RaftOptions, "disk">>;
  readonly #append: ReturnType<typeof append<C>>;
  readonly #log: RaftLog<C>;
  #isOpen = false;
  #role: RaftRole = "follower";
  #leader: string | undefined;
  /** The last entry that is known to be committed, and the last applied. */
  #commit = 0;
  #applied = 0;
  /** The members as of the last applied entry. */
  #appliedMembers: readonly string[] = [];

  // Followers and candidates
  /** Ticks without a leader, and after how many to stand for election. */
  #silence = 0;
  #patience = 0;
  #elections = 0;
  #isPreVote = false;
  #votes = new Set<string>();
  /** Entries may be lost up to here: no vote before they are back. */
  #lostUpTo = 0;

  // The leader
  readonly #followers = new Map<string, Follower>();
  /** The entry that its term began with. */
  #first = 0;
  #round = 0;
  /** Its own log is on its disk up to here. */
  #saved = 0;
  #proposed: Proposal<C, R>[] = [];
  #asked: Waiting<void>[] = [];
  #isResting = false;
  readonly #proposals = new Map<number, Waiting<R>>();
  #reads: Read[] = [];
  #change: Change | undefined;
  readonly #trip: RoundTrip;
  #roundSince = 0;
  #elected: (() => void)[] = [];

  /** A server that begins when its node knows its name. */
  constructor(
    node: Node,
    machine: RaftMachine<C, R>,
    { disk, ...options }: RaftOptions = {},
  ) {
    this.#node = node;
    this.#machine = machine;
    this.#options = {
      electionTimeout: 1000,
      batchInterval: 10,
      eager: false,
      snapshotEvery: 2000,
      ...options,
    };
    const { electionTimeout } = this.#options;
    this.#log = new RaftLog(machine.command);
    this.#append = append(machine.command);
    this.#trip = new RoundTrip({
      ...{ initial: electionTimeout / ELECTION, min: 20, granularity: 10 },
      max: 5 * electionTimeout,
    });
    const ifOpen =
      <B>(handle: (body: B, from: string) => void) =>
      (body: B, { src }: { readonly src: string }) => {
        if (this.#isOpen) return handle(body, src);
      };
    node.on(vote, ifOpen((body, from) => this.#askedForVote(body, from)));
    node.on(voted, ifOpen((body, from) => this.#heardVote(body, from)));
    node.on(this.#append, ifOpen((body, from) => this.#take(body, from)));
    node.on(install, ifOpen((body, from) => this.#install(body, from)));
    node.on(appended, ifOpen((body, from) => this.#heardAnswer(body, from)));
    node.on(extent, () => {
      if (!this.isLeader) throw noLeader();
      return { type: "extent_ok", index: this.#log.last[0] };
    });
    node.onInit(async () => {
      this.#appliedMembers = node.ids;
      if (disk) await this.#open(disk);
      this.#isOpen = true;
      this.#wait();
      // Nobody has heard of a leader yet.
      this.#patience = 1 + Math.floor(this.#node.random() * ELECTION);
      node.every(electionTimeout / ELECTION, () => this.#tick());
    });
  }

  async #open(disk: Disk): Promise<void> {
    const isDamaged = await this.#log.open(disk, this.#node.id);
    if (isDamaged) this.#lostUpTo = Infinity;
    this.#restore();
  }

  #restore(): void {
    const { snapshot } = this.#log;
    if (snapshot === undefined) return;
    this.#machine.restore(snapshot.state);
    this.#appliedMembers = snapshot.members;
    [this.#applied] = snapshot.at;
    this.#commit = Math.max(this.#commit, this.#applied);
  }

  // -------------------------------------------------------------------- what is

  /** The log, to be looked at. */
  get log(): RaftLogView<C> {
    return this.#log;
  }

  /** How often this server has started with its disk, this time included. */
  get lives(): number {
    return this.#log.lives;
  }

  /** What this server is now. */
  get role(): RaftRole {
    return this.#role;
  }

  /** Whether it leads, as far as it knows. */
  get isLeader(): boolean {
    return this.#role === "leader";
  }

  /** The leader, as far as this node knows. */
  get leader(): string | undefined {
    return this.#leader;
  }

  /** The last entry that is known to be committed. */
  get commit(): number {
    return this.#commit;
  }

  /** The last entry that was applied. */
  get applied(): number {
    return this.#applied;
  }

  /** Who votes and counts, as this node's log says. */
  get members(): readonly string[] {
    return this.#log.members ?? this.#node.ids;
  }

  /** Whether it votes and counts. */
  get isMember(): boolean {
    return this.members.includes(this.#node.id);
  }

  /**
   * Resolves to the leader, as soon as one is known.
   *
   * @example
   * ```ts
   * import { type Node, type Raft } from "@gossip-glomers/maelstrom";
   *
   * export async function tell(node: Node, raft: Raft<string, void>) {
   *   node.log(`${await raft.elected()} leads`);
   * }
   * ```
   */
  async elected(): Promise<string> {
    while (this.#leader === undefined) {
      await new Promise<void>((resolve) => this.#elected.push(resolve));
    }
    return this.#leader;
  }

  #setLeader(leader: string | undefined): void {
    this.#leader = leader;
    if (leader !== undefined) this.#elected.splice(0).forEach((it) => it());
  }

  /** As many of the members as any two sets of which have one in common. */
  get #quorum(): number {
    return Math.floor(this.members.length / 2) + 1;
  }

  get #others(): string[] {
    return this.members.filter((id) => id !== this.#node.id);
  }

  /** What a majority of the members has reached, this server's own included. */
  #reached(own: number, of: (follower: Follower) => number): number {
    const all = this.members.map((id) => {
      const follower = this.#followers.get(id);
      return id === this.#node.id ? own : follower ? of(follower) : 0;
    });
    return all.sort((a, b) => b - a)[this.#quorum - 1] ?? 0;
  }

  /** Says something once all that it rests on is on the disk, in the same term. */
  async #whenSaved(then: () => void): Promise<void> {
    const { term } = this.#log;
    await this.#log.saved();
    if (this.#log.term === term) then();
  }

  // ------------------------------------------------------------------ elections

  #tick(): void {
    if (this.isLeader) return this.#beat();
    this.#silence++;
    if (this.#silence < this.#patience || !this.isMember) return;
    if (this.#lostUpTo > 0) return;
    this.#elections++;
    this.#wait();
    this.#follow(this.#log.term); // of a candidate before, too
    this.#role = "candidate";
    this.#canvass(true);
  }

  #wait(): void {
    const backoff = 2 **
      Math.min(Math.max(this.#elections - 1, 0), MAX_BACKOFF);
    this.#silence = 0;
    this.#patience = Math.ceil(
      ELECTION * (1 + this.#node.random()) * backoff,
    );
  }

  /** Asks for the votes of all others; its own it has. */
  #canvass(pre: boolean): void {
    this.#isPreVote = pre;
    this.#votes = new Set([this.#node.id]);
    const term = this.#log.term + (pre ? 1 : 0);
    for (const id of this.#others) {
      this.#node.send(id, vote({ term, pre, last: this.#log.last }));
    }
    this.#count();
  }

  #count(): void {
    const votes = this.members.filter((id) => this.#votes.has(id)).length;
    if (votes < this.#quorum) return;
    if (!this.#isPreVote) return this.#lead();
    this.#log.cast(this.#log.term + 1, this.#node.id);
    this.#isPreVote = false;
    this.#votes.clear();
    this.#fail(this.#whenSaved(() => {
      if (this.#role === "candidate") this.#canvass(false);
    }));
  }

  /** Whether there is a leader, as far as this server can know. */
  get #hasLeader(): boolean {
    return this.isLeader ||
      this.#leader !== undefined && this.#silence < ELECTION;
  }

  /**
   * May be late, doubled, or from who is no member. A vote is given once a term,
   * and told when it is on the disk; a pre-vote promises nothing.
   */
  #askedForVote({ term, pre, last }: Of<typeof vote.request>, from: string) {
    const [index, lastTerm] = this.#log.last;
    // 5.4.1: whoever has all committed entries has a log that goes so far.
    const isUpToDate = last[1] > lastTerm ||
      last[1] === lastTerm && last[0] >= index;
    const mayVote = isUpToDate && this.#lostUpTo === 0;
    if (pre) {
      const granted = mayVote && term > this.#log.term && !this.#hasLeader;
      const of = granted ? term : this.#log.term;
      return this.#node.send(from, voted({ term: of, pre, granted }));
    }
    // Who was removed, or cut off, shall not depose a leader (4.2.3).
    if (term > this.#log.term) {
      if (this.#hasLeader) return;
      this.#follow(term);
    }
    const { vote } = this.#log;
    const granted = mayVote && term === this.#log.term &&
      (vote === undefined || vote === from);
    if (granted) {
      this.#log.cast(term, from);
      this.#silence = 0;
    }
    return this.#whenSaved(() =>
      this.#node.send(from, voted({ term: this.#log.term, pre, granted }))
    );
  }

  /**
   * Granted: who says so has it on its disk, and votes for nobody else in that
   * term. It counts for the question that is open now, if it is of its term.
   */
  #heardVote({ term, pre, granted }: Of<typeof voted.request>, from: string) {
    const asked = this.#log.term + (this.#isPreVote ? 1 : 0);
    // Only who would vote speaks of a term that has not begun.
    if (term > (granted ? asked : this.#log.term)) return this.#follow(term);
    if (this.#role !== "candidate" || pre !== this.#isPreVote) return;
    if (term !== asked || !granted) return;
    this.#votes.add(from);
    this.#count();
  }

  /** There is a later term, or somebody leads in this one. */
  #follow(term: number, leader?: string): void {
    if (term > this.#log.term) this.#log.cast(term, undefined);
    const wasLeader = this.isLeader;
    this.#role = "follower";
    if (leader !== this.#leader) this.#setLeader(leader);
    if (!wasLeader) return;
    this.#followers.clear();
    for (const { reject } of this.#proposals.values()) reject(unknownFate());
    this.#change?.reject(unknownFate());
    const unheard = [...this.#proposed, ...this.#reads, ...this.#asked];
    for (const { reject } of unheard) reject(noLeader());
    this.#proposals.clear();
    this.#change = undefined;
    [this.#proposed, this.#reads, this.#asked] = [[], [], []];
    this.#wait();
  }

  // ----------------------------------------------------------------- the leader

  #lead(): void {
    this.#role = "leader";
    this.#elections = 0;
    this.#setLeader(this.#node.id);
    const [index] = this.#log.last;
    this.#saved = 0;
    // The first answers may take as long as the votes have.
    const patience = 2 * this.#silence;
    for (const id of this.#others) this.#meet(id, index + 1, -patience);
    this.#first = index + 1;
    // Only an entry of its own term tells it what is committed (5.4.2).
    this.#add([{ term: this.#log.term }]);
    this.#round++;
    this.#sendAll();
  }

  #meet(id: string, next: number, silence = 0): void {
    this.#followers.set(id, {
      ...{ next, match: 0, round: 0, silence, rest: 0 },
      ...{ isProbed: false, isAwaited: false },
    });
  }

  /** A tick of the leader: signs of life, and whether there is a majority. */
  #beat(): void {
    for (const follower of this.#followers.values()) follower.silence++;
    const silence = this.#others.map((id) =>
      this.#followers.get(id)?.silence ?? 0
    );
    const heard = silence.filter((ticks) => ticks <= ELECTION).length;
    if (heard + 1 < this.#quorum) return this.#follow(this.#log.term);
    for (const [id, follower] of this.#followers) {
      // Who was removed is told so, and then no more.
      const isGone = !this.members.includes(id) &&
        (follower.match >= this.#log.changedAt || follower.silence > ELECTION);
      if (isGone && this.#commit >= this.#log.changedAt) {
        this.#followers.delete(id);
      } else if (++follower.rest >= HEARTBEAT) {
        follower.isAwaited = false;
        this.#send(id, follower);
      }
    }
  }

  /** Adds entries to its own log. */
  #add(entries: readonly RaftEntry<C>[]): void {
    if (entries.length > 0) this.#log.put(this.#log.last[0] + 1, entries);
    for (const id of this.#others) {
      if (!this.#followers.has(id)) this.#meet(id, this.#log.last[0] + 1);
    }
    const [index] = this.#log.last;
    this.#fail(this.#whenSaved(() => {
      this.#saved = Math.max(this.#saved, index);
      this.#advance();
    }));
  }

  /**
   * Puts a command into the log.
   *
   * @returns what the state machine made of it, once it is committed
   * @throws {RpcError} {@linkcode ErrorCode.temporarilyUnavailable}: this node
   * does not lead; {@linkcode ErrorCode.timeout}: it leads no more, and the
   * command may still be committed, by another leader
   *
   * @example
   * ```ts
   * import { type Node, type Raft, workloads } from "@gossip-glomers/maelstrom";
   *
   * export const serve = (node: Node, raft: Raft<number, void>) =>
   *   node.on(workloads["g-counter"].add, async ({ delta }) => {
   *     await raft.propose(delta);
   *     return { type: "add_ok" };
   *   });
   * ```
   */
  propose(command: C): Promise<R> {
    return new Promise((resolve, reject) => {
      if (!this.isLeader) return reject(noLeader());
      this.#proposed.push({ command, resolve, reject });
      this.#wake();
    });
  }

  /**
   * Resolves when this node's state has all that was committed before the call:
   * then it may be read.
   *
   * @throws {RpcError} {@linkcode ErrorCode.temporarilyUnavailable}: this node
   * does not lead, or does not any more
   *
   * @example
   * ```ts
   * import { type Node, type Raft, workloads } from "@gossip-glomers/maelstrom";
   *
   * let sum = 0; // of what was applied
   *
   * export const serve = (node: Node, raft: Raft<number, void>) =>
   *   node.on(workloads["g-counter"].read, async () => {
   *     await raft.confirm();
   *     return { type: "read_ok", value: sum };
   *   });
   * ```
   */
  confirm(): Promise<void> {
    return new Promise((resolve, reject) => {
      if (!this.isLeader) return reject(noLeader());
      this.#asked.push({ resolve, reject });
      this.#wake();
    });
  }

  /**
   * Adds a server to the members, or removes one.
   *
   * @returns when that is committed
   * @throws {RpcError} {@linkcode ErrorCode.temporarilyUnavailable}: like
   * {@linkcode propose}, or another change comes first;
   * {@linkcode ErrorCode.preconditionFailed}: nobody would be left
   *
   * @example
   * ```ts
   * import { type Raft } from "@gossip-glomers/maelstrom";
   *
   * // Puts one server in another's place.
   * export async function replace(raft: Raft<unknown, unknown>) {
   *   await raft.change("n5", true);
   *   await raft.change("n1", false);
   * }
   * ```
   */
  async change(id: string, isMember: boolean): Promise<void> {
    await this.confirm(); // also: an entry of its own term is committed
    if (this.#change !== undefined || this.#log.changedAt > this.#commit) {
      throw new RpcError(
        ErrorCode.temporarilyUnavailable,
        "another change of the members is not committed yet",
      );
    }
    if (this.members.includes(id) === isMember) return;
    const members = isMember
      ? [...this.members, id]
      : this.members.filter((it) => it !== id);
    if (members.length === 0) {
      throw new RpcError(
        ErrorCode.preconditionFailed,
        `${id} is the only member that is left`,
      );
    }
    await new Promise<void>((resolve, reject) => {
      this.#change = { index: this.#log.last[0] + 1, resolve, reject };
      this.#add([{ term: this.#log.term, members }]);
      this.#round++;
      this.#sendAll();
    });
  }

  /** Begins a round, with all that comes at this moment, unless one just was. */
  #wake(): void {
    if (this.#isResting) return;
    this.#isResting = true;
    this.#fail(Promise.resolve().then(() => this.#begin()));
  }

  #begin(): void {
    this.#node.after(this.#options.batchInterval, () => {
      this.#isResting = false;
      if (this.#proposed.length + this.#asked.length > 0) this.#wake();
    });
    if (!this.isLeader) return;
    const proposed = this.#proposed.splice(0);
    const [index] = this.#log.last;
    proposed.forEach((it, i) => this.#proposals.set(index + 1 + i, it));
    const { term } = this.#log;
    this.#add(proposed.map(({ command }) => ({ term, command })));
    const round = ++this.#round;
    // What was committed before is committed in the log up to here (6.4).
    const at = Math.max(this.#commit, this.#first);
    for (const it of this.#asked.splice(0)) {
      this.#reads.push({ ...it, round, index: at });
    }
    this.#roundSince = this.#node.now();
    if (this.#options.eager) return this.#sendAll();
    this.#sendTo(this.#likely());
    this.#node.after(this.#trip.timeout, () => {
      if (!this.isLeader || this.#log.term !== term) return;
      if (this.#isDone(round, index + proposed.length)) return;
      this.#trip.expired();
      this.#sendAll();
    });
  }

  #isDone(round: number, index: number): boolean {
    return this.#commit >= index &&
      this.#reached(Infinity, (it) => it.round) >= round;
  }

  /** As many as a majority needs: those that were heard of last. */
  #likely(): [string, Follower][] {
    return [...this.#followers]
      .filter(([id]) => this.members.includes(id))
      .sort(([, a], [, b]) =>
        Number(a.isProbed) - Number(b.isProbed) || b.round - a.round
      )
      .slice(0, this.#quorum - 1);
  }

  #sendAll(): void {
    this.#sendTo([...this.#followers]);
  }

  #sendTo(followers: readonly [string, Follower][]): void {
    for (const [id, follower] of followers) this.#send(id, follower);
    this.#serve();
  }

  #send(id: string, follower: Follower): void {
    if (follower.isProbed && follower.isAwaited) return;
    follower.isAwaited = follower.isProbed;
    follower.rest = 0;
    const log = this.#log;
    const { term } = log;
    const round = this.#round;
    const before = follower.next - 1;
    const prevTerm = log.termAt(before);
    if (prevTerm === undefined && log.snapshot) {
      follower.next = log.snapshot.at[0] + 1;
      follower.isProbed = follower.isAwaited = true;
      const { snapshot } = log;
      return this.#node.send(id, install({ term, round, snapshot }));
    }
    const prev: Position = [before, prevTerm ?? 0];
    const entries = [...log.from(follower.next, MAX_ENTRIES)];
    this.#node.send(
      id,
      this.#append({ term, round, prev, entries, commit: this.#commit }),
    );
    // Further entries do not wait for the answer, unless it is to tell which.
    if (!follower.isProbed) follower.next += entries.length;
  }

  /**
   * In this term a match is on the follower's disk and stays; it may come late, and
   * never takes back a later one. Rounds count only as those of this term.
   */
  #heardAnswer(
    { term, round, match, conflict }: Of<typeof appended.request>,
    from: string,
  ): void {
    if (term > this.#log.term) return this.#follow(term);
    const follower = this.#followers.get(from);
    if (term < this.#log.term || follower === undefined) return;
    follower.silence = 0;
    if (round === this.#round && follower.round < round) {
      this.#trip.answered(this.#node.now() - this.#roundSince);
    }
    follower.round = Math.max(follower.round, round);
    if (match !== undefined) {
      follower.match = Math.max(follower.match, match);
      follower.next = Math.max(follower.next, match + 1);
      follower.isProbed = false;
      const lacks = this.#log.last[0] - match;
      if (lacks > MAX_ENTRIES && follower.next === match + 1) {
        this.#send(from, follower); // it catches up
      }
      this.#advance();
    } else if (conflict !== undefined) {
      const [at, hint] = conflict;
      // An answer to a message of before says nothing new.
      const isOld = at <= follower.match ||
        follower.isProbed && at !== follower.next - 1;
      if (!isOld) {
        follower.next = Math.max(follower.match, Math.min(hint, at - 1)) + 1;
        follower.isProbed = true;
        follower.isAwaited = false;
        this.#send(from, follower);
      }
    }
    this.#serve();
  }

  /** What a majority has on its disks is committed. */
  #advance(): void {
    if (!this.isLeader) return;
    const index = this.#reached(this.#saved, ({ match }) => match);
    // Entries of earlier terms only with one of its own (5.4.2, Figure 8).
    if (index <= this.#commit || this.#log.termAt(index) !== this.#log.term) {
      return;
    }
    this.#commitTo(index);
    if (!this.isLeader) return;
    this.#serve();
  }

  /** Answers the reads whose round a majority has answered. */
  #serve(): void {
    if (this.#reads.length === 0) return;
    const round = this.#reached(Infinity, (it) => it.round);
    const [ready, rest]: [Read[], Read[]] = [[], []];
    for (const read of this.#reads) {
      const isReady = read.round <= round && read.index <= this.#applied;
      (isReady ? ready : rest).push(read);
    }
    this.#reads = rest;
    for (const { resolve } of ready) resolve();
  }

  // ------------------------------------------------------------------ followers

  /**
   * Entries from a leader. Of its term there is no other, and its log has all that
   * is committed; the message may be late or doubled. A match is told when it is
   * on the disk, and only as far as the message goes: behind that the logs may
   * differ. @returns when it is answered
   */
  #take(
    { term, round, prev, entries, commit }: {
      readonly term: number;
      readonly round: number;
      readonly prev: Position;
      readonly entries: readonly RaftEntry<C>[];
      readonly commit: number;
    },
    from: string,
  ): Promise<void> | void {
    if (!this.#hears(term, from)) return;
    const log = this.#log;
    const answer = (
      said: Pick<Of<typeof appended.request>, "match" | "conflict">,
    ) => this.#node.send(from, appended({ term, round, ...said }));
    let [index] = prev;
    const skipped = Math.max(0, log.after[0] - index); // committed long ago
    if (skipped === 0 && log.termAt(index) !== prev[1]) {
      return answer({ conflict: [index, this.#hint(index)] });
    }
    index += skipped;
    const fresh = entries.slice(skipped);
    // What is the same stays: this may be an old message, and more was added.
    const same = fresh.findIndex((it, i) =>
      log.termAt(index + 1 + i) !== it.term
    );
    const match = Math.max(prev[0] + entries.length, log.after[0]);
    if (same >= 0) {
      if (index + same < this.#commit) {
        throw new Error(
          `${from} contradicts the committed ${index + same + 1}`,
        );
      }
      log.put(index + 1 + same, fresh.slice(same));
    }
    this.#commitTo(Math.min(commit, match));
    return this.#whenSaved(() => {
      if (this.#lostUpTo > 0 && match >= this.#lostUpTo) {
        this.#lostUpTo = 0;
        log.repair();
      }
      answer({ match });
    });
  }

  /** Up to where the log may be the leader's: before the term that is not. */
  #hint(index: number): number {
    const term = this.#log.termAt(index);
    if (term === undefined) return this.#log.last[0];
    while (index > this.#commit && this.#log.termAt(index) === term) index--;
    return index;
  }

  /** Whether someone leads who says so; who does not is told the term. */
  #hears(term: number, from: string): boolean {
    if (term < this.#log.term) {
      // Round 0: the message's was another term's, maybe another life's, and
      // must confirm none of this term.
      this.#node.send(from, appended({ term: this.#log.term, round: 0 }));
      return false;
    }
    this.#follow(term, from);
    this.#elections = 0;
    this.#wait();
    if (this.#lostUpTo === Infinity) this.#askExtent(from);
    return true;
  }

  /**
   * Entries at the end were lost after others may have counted on them. What was
   * committed of them the leader has: its log must be here before the next vote.
   * The question is this life's own, so that no old answer is taken for new.
   */
  #askExtent(leader: string): void {
    this.#lostUpTo = Number.MAX_SAFE_INTEGER;
    this.#node.rpc(leader, extent()).then(
      ({ index }) => this.#lostUpTo = index,
      () => this.#lostUpTo = Infinity, // the next append asks again
    );
  }

  /**
   * A snapshot from a leader: all in it is committed. One that is not beyond what
   * is known to be committed here tells nothing new.
   */
  #install(
    { term, round, snapshot }: Of<typeof install.request>,
    from: string,
  ): Promise<void> | void {
    if (!this.#hears(term, from)) return;
    const [index] = snapshot.at;
    if (index > this.#commit) {
      this.#log.install(snapshot);
      this.#restore();
    }
    return this.#whenSaved(() =>
      this.#node.send(from, appended({ term, round, match: index }))
    );
  }

  // ---------------------------------------------------------- the state machine

  #commitTo(index: number): void {
    this.#commit = Math.max(this.#commit, index);
    while (this.#applied < this.#commit) {
      const index = this.#applied + 1;
      const entry = this.#log.at(index);
      if (entry === undefined) return; // its snapshot is on its way
      this.#applied = index;
      this.#apply(entry, index);
    }
    this.#compact();
    if (!this.isLeader || this.isMember || this.#log.changedAt > this.#commit) {
      return;
    }
    this.#sendAll(); // the last that it says: it is no member any more (4.2.2)
    this.#follow(this.#log.term);
  }

  #apply({ command, members }: RaftEntry<C>, index: number): void {
    if (command !== undefined) {
      const result = this.#machine.apply(command);
      this.#proposals.get(index)?.resolve(result);
      this.#proposals.delete(index);
    }
    if (members === undefined) return;
    this.#appliedMembers = members;
    if (this.#change?.index !== index) return;
    this.#change.resolve();
    this.#change = undefined;
  }

  #compact(): void {
    const log = this.#log;
    const { snapshotEvery } = this.#options;
    if (this.#applied - (log.snapshot?.at[0] ?? 0) < snapshotEvery) return;
    // The leader keeps what those lack who can be heard.
    const wanted = this.isLeader
      ? [...this.#followers.values()]
        .filter(({ silence }) => silence <= ELECTION)
        .map(({ match }) => match)
      : [];
    const oldest = Math.max(
      log.after[0],
      this.#applied - snapshotEvery,
    );
    const upTo = Math.max(oldest, Math.min(this.#applied, ...wanted));
    const at: Position = [this.#applied, log.termAt(this.#applied) ?? 0];
    const state = this.#machine.snapshot();
    log.compact({ at, members: [...this.#appliedMembers], state }, upTo);
  }

  /** What a disk error ends, it ends here too. */
  #fail(work: Promise<void>): void {
    work.catch((error) =>
      this.#node.after(0, () => {
        throw error;
      })
    );
  }
}

const noLeader = () =>
  new RpcError(ErrorCode.temporarilyUnavailable, "this node does not lead");
const unknownFate = () =>
  new RpcError(
    ErrorCode.timeout,
    "this node leads no more: ask the next leader",
  );
