/**
 * What a server of Raft keeps on its disk: its term, its vote, its log.
 *
 * @module
 */
import { type Disk, DiskError, DiskLog } from "./disk.ts";
import {
  array,
  json,
  natural,
  object,
  type Of,
  optional,
  type Shape,
  string,
  tuple,
} from "./shapes.ts";

/**
 * An entry of the log: a command, or who the members are from here on. One that
 * has neither is what a leader begins its term with.
 *
 * @example
 * ```ts
 * import { type RaftEntry } from "@gossip-glomers/maelstrom";
 *
 * export const entries: RaftEntry<number>[] = [
 *   { term: 1 },
 *   { term: 1, command: 42 },
 *   { term: 2, members: ["n0", "n1"] },
 * ];
 * ```
 */
export interface RaftEntry<C> {
  /** Of the leader that made it. */
  readonly term: number;
  /** What the state machine is to do. */
  readonly command?: C;
  /** All servers that vote and count, in force as soon as they are in the log. */
  readonly members?: readonly string[];
}

export function entryOf<C>(command: Shape<C>): Shape<RaftEntry<C>> {
  const { expected, test } = object({
    term: natural,
    command: optional(command),
    members: optional(array(string)),
  });
  return { expected, test: (v): v is RaftEntry<C> => test(v) };
}

/** Where an entry is: its index, from 1, and its term. */
export type Position = [index: number, term: number];
export const position: Shape<Position> = tuple<Position>(natural, natural);

/** What the log's beginning has come to. */
export interface Snapshot {
  /** The last entry that is in it. */
  readonly at: Position;
  readonly members: string[];
  /** The state machine's. */
  readonly state: unknown;
}
export const snapshot: Shape<Snapshot> = object({
  ...{ at: position, members: array(string), state: json },
});

/** Counted up when what follows changes. */
const VERSION = 1;

/** The term, the vote in it, and how often the server has started. */
const ballot = object({
  term: natural,
  vote: optional(string),
  lives: natural,
});

/** Of who has never started: without a term it can't have promised anything. */
const NEW: Of<typeof ballot> = { term: 0, lives: 0 };

/**
 * What a loss comes to. A majority counted on what the node had, so it may not
 * begin anew under its name, as if it had promised nothing.
 */
const INSTEAD = "so restore it, or let a new node take its place";
const ifLost = {
  ballot: `the node might vote twice in a term, ${INSTEAD}`,
  log: `its entries may have counted for a majority, ${INSTEAD}`,
};

/** Where a log on the disk begins. */
const beginning = object({ after: position, snapshot: optional(snapshot) });

/** An entry with its index; it takes the place of those from there on. */
interface Placed<C> {
  readonly index: number;
  readonly entry: RaftEntry<C>;
}

type LogRecord<C> = Of<typeof beginning> | Placed<C>;

function recordOf<C>(command: Shape<C>): Shape<LogRecord<C>> {
  const placed = object({ index: natural, entry: entryOf(command) });
  return {
    expected: `${beginning.expected} or ${placed.expected}`,
    test: (v): v is LogRecord<C> => placed.test(v) || beginning.test(v),
  };
}

/**
 * A server's log, to be looked at: what is on its disk, or about to be.
 *
 * @example
 * ```ts
 * import { type RaftLogView } from "@gossip-glomers/maelstrom";
 *
 * // The terms of the entries that are in memory.
 * export function termsOf(log: RaftLogView<unknown>): (number | undefined)[] {
 *   const terms = [];
 *   for (let i = log.after[0] + 1; i <= log.last[0]; i++) {
 *     terms.push(log.termAt(i));
 *   }
 *   return terms;
 * }
 * ```
 */
export interface RaftLogView<C> {
  /** The latest term that the server has seen. */
  readonly term: number;
  /** The last entry: its index, from 1, and its term. */
  readonly last: readonly [index: number, term: number];
  /** The last entry that is not in memory any more, but in the snapshot. */
  readonly after: readonly [index: number, term: number];
  /** The entry at an index; undefined: it is not in memory, or not there. */
  at(index: number): RaftEntry<C> | undefined;
  /** The term of the entry at an index. */
  termAt(index: number): number | undefined;
}

/**
 * The persistent state of Ongaro and Ousterhout's Figure 2, in memory and, if
 * there is one, on a disk: what was changed is safe when {@linkcode saved}
 * resolves, and only then may others be told of it.
 */
export class RaftLog<C> implements RaftLogView<C> {
  #term = 0;
  #vote: string | undefined;
  #lives = 1;
  /** Where the entries in memory begin: after this one. */
  #after: Position = [0, 0];
  #entries: RaftEntry<C>[] = [];
  #snapshot: Snapshot | undefined;
  /** The indices of entries with members that are in memory. */
  #changes: number[] = [];
  #ballots: DiskLog<Of<typeof ballot>> | undefined;
  #log: DiskLog<LogRecord<C>> | undefined;
  /** When the term and the vote are safe, and when the log was rewritten. */
  #cast: Promise<void> = Promise.resolve();
  #rewritten: Promise<void> = Promise.resolve();

  constructor(private readonly command: Shape<C>) {}

  /**
   * Reads what an earlier life has left. The ballot is on the disk before there
   * is a log, and the log before the ballot has a term. So a log without a
   * ballot, or a term without a log, is no crash: one of the files was lost.
   * Nobody can see that both were.
   *
   * @returns whether entries at the end are lost that had been saved
   * @throws {DiskError} nothing was changed
   */
  async open(disk: Disk, owner: string): Promise<boolean> {
    const isMissing = async (file: string) =>
      await disk.read(file) === undefined;
    const lost = (file: "ballot" | "log", how: string) =>
      new DiskError(`${file} of ${owner} ${how}: ${ifLost[file]}`);
    if (await isMissing("ballot") && !await isMissing("log")) {
      throw lost("ballot", "is missing, though its log is there");
    }
    const version = VERSION;
    this.#ballots = new DiskLog(disk, {
      file: "ballot",
      owner,
      version,
      record: ballot,
      ifDamaged: ifLost.ballot,
      isOnlyRewritten: true,
    });
    const { records: [found] } = await this.#ballots.open([NEW]);
    if (found === undefined) {
      throw lost("ballot", "is damaged, as nothing is in it");
    }
    const { term, vote, lives } = found;
    if (term > 0 && await isMissing("log")) {
      throw lost("log", `is missing, though its ballot has term ${term}`);
    }
    this.#log = new DiskLog(disk, {
      file: "log",
      owner,
      version,
      record: recordOf(this.command),
      ifDamaged: ifLost.log,
    });
    const { records, isDamaged } = await this.#log.open();
    [this.#term, this.#vote, this.#lives] = [term, vote, lives + 1];
    for (const record of records) {
      if ("index" in record) this.#put(record.index, [record.entry]);
      else [this.#after, this.#snapshot] = [record.after, record.snapshot];
    }
    this.#save();
    await this.saved();
    return isDamaged;
  }

  // ------------------------------------------------------------ term and vote

  get term(): number {
    return this.#term;
  }

  /** Whom it has given its vote in this term. */
  get vote(): string | undefined {
    return this.#vote;
  }

  /** How often it has started with this disk, this time included. */
  get lives(): number {
    return this.#lives;
  }

  cast(term: number, vote: string | undefined): void {
    if (term === this.#term && vote === this.#vote) return;
    [this.#term, this.#vote] = [term, vote];
    this.#save();
  }

  #save(): void {
    if (this.#ballots === undefined) return;
    const { term, vote, lives } = this;
    this.#cast = this.#ballots.rewrite([{ term, vote, lives }]);
  }

  /** Resolves when all that was changed until now is on the disk. */
  async saved(): Promise<void> {
    await Promise.all([this.#cast, this.#rewritten, this.#log?.sync()]);
  }

  // ------------------------------------------------------------------ entries

  get last(): Position {
    const term = this.#entries.at(-1)?.term ?? this.#after[1];
    return [this.#after[0] + this.#entries.length, term];
  }

  get after(): Position {
    return this.#after;
  }

  get snapshot(): Snapshot | undefined {
    return this.#snapshot;
  }

  at(index: number): RaftEntry<C> | undefined {
    return this.#entries[index - this.#after[0] - 1];
  }

  termAt(index: number): number | undefined {
    return index === this.#after[0] ? this.#after[1] : this.at(index)?.term;
  }

  /** So many entries, from this index on. */
  from(index: number, count: number): readonly RaftEntry<C>[] {
    const start = index - this.#after[0] - 1;
    return this.#entries.slice(start, start + count);
  }

  /** Puts entries in place of all from this index on. */
  put(index: number, entries: readonly RaftEntry<C>[]): void {
    this.#put(index, entries);
    this.#log?.append(
      entries.map((entry, i) => ({ index: index + i, entry })),
    );
  }

  #put(index: number, entries: readonly RaftEntry<C>[]): void {
    this.#entries.length = index - this.#after[0] - 1;
    this.#changes = this.#changes.filter((it) => it < index);
    for (const entry of entries) {
      this.#entries.push(entry);
      if (entry.members) this.#changes.push(this.last[0]);
    }
  }

  // ------------------------------------------------------------------ members

  /** The last change of the members: its index; 0 if there was none. */
  get changedAt(): number {
    return this.#changes.at(-1) ?? this.#snapshot?.at[0] ?? 0;
  }

  /** Those of the last entry that names them; undefined: those of the start. */
  get members(): readonly string[] | undefined {
    const last = this.#changes.at(-1);
    return (last && this.at(last)?.members) || this.#snapshot?.members;
  }

  // ---------------------------------------------------------------- snapshots

  /**
   * Takes a snapshot of what has been applied, and forgets the entries up to an
   * index that is in it.
   */
  compact(snapshot: Snapshot, upTo: number): void {
    const term = this.termAt(upTo);
    if (term === undefined) throw new RangeError(`no entry ${upTo}`);
    this.#snapshot = snapshot;
    this.#entries = this.#entries.slice(upTo - this.#after[0]);
    this.#after = [upTo, term];
    this.#changes = this.#changes.filter((it) => it > snapshot.at[0]);
    this.#rewrite();
  }

  /** Takes a leader's snapshot in place of the entries up to it, or of all. */
  install(snapshot: Snapshot): void {
    const [index, term] = snapshot.at;
    const isPart = this.termAt(index) === term;
    this.#entries = isPart ? this.#entries.slice(index - this.#after[0]) : [];
    this.#after = [index, term];
    this.#snapshot = snapshot;
    this.#changes = this.#changes.filter((it) => isPart && it > index);
    this.#rewrite();
  }

  #rewrite(): void {
    if (this.#log) this.#rewritten = this.#log.rewrite(this.#records());
  }

  /** Others have what a damage has taken: no later life is told of it. */
  repair(): void {
    if (this.#log) this.#rewritten = this.#log.repair(this.#records());
  }

  /** What is in memory, as the log on the disk has it. */
  #records(): LogRecord<C>[] {
    const first = this.#after[0] + 1;
    return [
      { after: this.#after, snapshot: this.#snapshot },
      ...this.#entries.map((entry, i) => ({ index: first + i, entry })),
    ];
  }
}
