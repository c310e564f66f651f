/**
 * Watches all servers of Raft in one process, and throws as soon as one of
 * Figure 3's properties does not hold.
 *
 * @module
 */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import type linKv from "../../beyond/lin_kv.ts";
import { type Raft } from "../../lib/maelstrom.ts";
import { parseSimulatedRun } from "../../workbench/cli/options.ts";
import { simulate, type Simulation } from "../../workbench/run.ts";

// deno-lint-ignore no-explicit-any -- whatever its commands are
type AnyRaft = Raft<any, any>;

/** A server's log as far as it was looked at. */
interface Watched {
  readonly raft: AnyRaft;
  /** The index before the first of these. */
  from: number;
  /** For each entry its term, and a digest of all entries up to it. */
  entries: { readonly term: number; readonly digest: string }[];
  committed: number;
  /** As a leader: in which term, and up to where its log went. */
  led: { readonly term: number; last: number } | undefined;
}

const digestOf = (text: string): string =>
  createHash("md5").update(text).digest("base64");
/** Also loads what computes digests: done in a run, that lets jobs run early. */
const NOTHING = digestOf("");

export class RaftWatch {
  readonly #servers = new Map<string, Watched>();
  readonly #leaders = new Map<number, string>();
  /** The digest of every entry that was ever seen, by index and term. */
  readonly #logs = new Map<string, string>();
  /** The digest of every entry that was committed anywhere, by its index. */
  readonly #committed: string[] = [NOTHING];
  checks = 0;

  /** A server has started, with whatever its disk has. */
  add(id: string, raft: AnyRaft): void {
    const entries: Watched["entries"] = [];
    const watched = { raft, from: 0, entries, committed: 0, led: undefined };
    this.#servers.set(id, watched);
  }

  get terms(): number {
    return this.#leaders.size;
  }

  get committed(): number {
    return this.#committed.length - 1;
  }

  /** To be called after every event. */
  check(): void {
    for (const [id, watched] of this.#servers) {
      this.checks++;
      this.#read(id, watched);
      this.#checkCommitted(id, watched);
      this.#checkLeader(id, watched);
    }
  }

  /** Log Matching: same index and term, same entry, and the same before. */
  #read(id: string, watched: Watched): void {
    const { raft: { log } } = watched;
    const [after, term] = log.after;
    const known = watched.entries[after - watched.from - 1];
    if (after > watched.from && known?.term !== term) {
      // Begun by a snapshot: what is in it was committed.
      assert.ok(after <= this.committed, `${id} forgot what nobody committed`);
      [watched.from, watched.entries] = [after, []];
    }
    const { entries, from } = watched;
    const [last] = log.last;
    entries.length = Math.min(entries.length, last - from);
    while (
      entries.length > 0 && from + entries.length > after &&
      entries.at(-1)?.term !== log.termAt(from + entries.length)
    ) entries.pop();
    for (let index = from + entries.length + 1; index <= last; index++) {
      const entry = log.at(index);
      assert.ok(entry, `${id} has no entry ${index}`);
      const before = entries.at(-1)?.digest ?? this.#committed[from];
      const digest = digestOf(before + JSON.stringify(entry));
      const name = `${index}/${entry.term}`;
      const known = this.#logs.get(name) ?? digest;
      assert.equal(digest, known, `Log Matching: ${id} at ${name}`);
      this.#logs.set(name, digest);
      entries.push({ term: entry.term, digest });
    }
  }

  #digestAt({ from, entries }: Watched, index: number): string | undefined {
    return index <= from
      ? this.#committed[index]
      : entries[index - from - 1]?.digest;
  }

  /** State Machine Safety: nobody applies something else at an index. */
  #checkCommitted(id: string, watched: Watched): void {
    const { raft: { commit, applied } } = watched;
    assert.ok(applied <= commit, `${id} applied what is not committed`);
    for (let index = watched.committed + 1; index <= commit; index++) {
      const digest = this.#digestAt(watched, index);
      assert.ok(
        digest !== undefined,
        `${id} has committed nothing at ${index}`,
      );
      const known = this.#committed[index] ?? digest;
      assert.equal(digest, known, `State Machine Safety: ${id} at ${index}`);
      this.#committed[index] = digest;
    }
    watched.committed = Math.max(watched.committed, commit);
  }

  #checkLeader(id: string, watched: Watched): void {
    const { raft } = watched;
    if (!raft.isLeader) {
      watched.led = undefined;
      return;
    }
    const { term, last: [last] } = raft.log;
    const leader = this.#leaders.get(term) ?? id;
    assert.equal(id, leader, `Election Safety: term ${term}`);
    if (watched.led?.term === term) {
      const text = `Leader Append-Only: ${id} in term ${term}`;
      assert.ok(last >= watched.led.last, text);
      watched.led.last = last;
      return;
    }
    this.#leaders.set(term, id);
    watched.led = { term, last };
    // Votes may come late: what a later term has committed, it need not have.
    if (this.#leaders.keys().some((it) => it > term)) return;
    assert.equal(
      this.#digestAt(watched, this.committed),
      this.#committed[this.committed],
      `Leader Completeness: ${id} in term ${term}`,
    );
  }
}

/** A run that was watched. */
export interface WatchedRun {
  readonly watch: RaftWatch;
  /** The first property that did not hold. */
  readonly alarm: string | undefined;
  readonly simulation: Simulation;
}

/** Looks at the properties after every event of a run of lin_kv.ts with disks. */
export async function watchedRun(
  program: typeof linKv,
  seed: string,
  flags: string,
): Promise<WatchedRun> {
  const watch = new RaftWatch();
  let alarm: string | undefined;
  const simulation = await simulate(
    parseSimulatedRun([
      ...["-w", "lin-kv", "--program", "x", "--disk", "--concurrency", "2n"],
      ...["--seed", seed, ...flags.split(" ")],
    ]),
    (node) =>
      program(node, (raft) => node.onInit(() => watch.add(node.id, raft))),
    {
      onMessage() {
        if (alarm !== undefined) return;
        try {
          watch.check();
        } catch (error) {
          alarm = `${error}`;
        }
      },
    },
  );
  return { watch, alarm, simulation };
}
