/**
 * One-line bugs in the scripts and in the library.
 *
 * @module
 */

/** A bug, as a change of one file. */
export interface Mutant {
  readonly name: string;
  /** What goes wrong. */
  readonly bug: string;
  /** In the project's folder. */
  readonly file: string;
  /** A text that the file has exactly once, and what stands there instead. */
  readonly from: string;
  readonly to: string;
  /** The script that is run. */
  readonly script: string;
  /** The flags of `simulate` that should notice. */
  readonly flags: string;
}

const loss = "--p-loss 0.05 --p-duplicate 0.05";
const slow = "--latency 20 --latency-dist exponential";
const all = `--nemesis partition,pause,kill --nemesis-interval 4 ${loss} ` +
  `${slow} --time-limit 20`;
/** Messages that outlive their sender's restart. */
const late = "--nemesis kill --nemesis-interval 0.5 --latency 400 " +
  "--latency-dist exponential --time-limit 20";
const noKills = all.replace(",kill", "");

const ids = `-w unique-ids --node-count 3 --rate 100 ${all}`;
const broadcast = `-w broadcast --node-count 5 --rate 30 ${noKills}`;
const killed = `-w broadcast --node-count 5 --rate 30 --forgive-victims ${all}`;
const durable = `-w broadcast --node-count 5 --rate 30 ${all}`;
const set = `-w g-set --node-count 5 --rate 30 --check-sessions ` +
  `--forgive-victims ${all}`;
const counter = `-w g-counter --node-count 3 --rate 50 ${all}`;
const kafka = `-w kafka --node-count 3 --concurrency 2n --rate 100 ` +
  `--check-convergence ${all}`;
/** Logs of several pages. */
const longKafka = `-w kafka --node-count 3 --concurrency 8n --rate 200 ` +
  `--key-count 1 --max-writes-per-key 10000 --check-convergence ${all}`;
/** Long enough for a few segments of its log. */
const kafkaSegments = kafka.replace("--rate 100", "--rate 300")
  .replace("--time-limit 20", "--time-limit 40");
const txn = `-w txn-rw-register --node-count 3 --concurrency 2n --rate 100 ` +
  `--check-convergence --consistency-models causal-cerone,strong-session-read-committed ${noKills}`;

const lists = `-w txn-list-append --node-count 3 --concurrency 2n --rate 100`;
const registers = lists.replace("list-append", "rw-register");

const sessions = txn.replace(
  "strong-session-read-committed",
  "PRAM",
);

const raft = `-w lin-kv --node-count 5 --concurrency 2n --rate 100 --disk ` +
  `${all} --nemesis-interval 2`;
/** Two halves. */
const evenRaft = raft.replace("--node-count 5", "--node-count 4");
/** Nobody else has what is lost. */
const alone = `-w lin-kv --node-count 1 --concurrency 4 --rate 100 --disk ` +
  `--disk-latency 20 --nemesis kill --nemesis-interval 1 --time-limit 20`;
const snapshots = `${raft} -- --snapshot-every 5`;

export const mutants: readonly Mutant[] = [
  // ------------------------------------------------------------- unique ids
  {
    name: "ids-without-incarnation",
    bug: "a restarted node counts from the beginning",
    file: "unique_ids.ts",
    from: "node.incarnation",
    to: "node.id",
    script: "unique_ids.ts",
    flags: ids,
  },
  {
    name: "ids-without-node",
    bug: "two nodes may count alike",
    file: "unique_ids.ts",
    from: "id: `${node.incarnation}-${++count}`,",
    to: "id: `${++count}`,",
    script: "unique_ids.ts",
    flags: ids,
  },
  // -------------------------------------------------------------- broadcast
  {
    name: "broadcast-holes-are-known",
    bug: "values behind a hole make the hole pass for known",
    file: "lib/sequences.ts",
    from:
      "sequence.known = union(sequence.known, [start, start + values.length]);",
    to:
      "sequence.known = [0, Math.max(sequence.known[1] ?? 0, start + values.length)];",
    script: "broadcast.ts",
    flags: broadcast,
  },
  {
    name: "broadcast-repair-off-by-one",
    bug: "a repair begins one value too late",
    file: "lib/sequences.ts",
    from:
      "const run: Run<T> = [origin, lacking[i], []];\n        for (let n = lacking[i]; n",
    to:
      "const run: Run<T> = [origin, lacking[i] + 1, []];\n        for (let n = lacking[i] + 1; n",
    script: "broadcast.ts",
    flags: broadcast,
  },
  {
    name: "broadcast-repair-ignored",
    bug: "what a repair brings is acknowledged and forgotten",
    file: "broadcast.ts",
    from: "const fresh = learn(runs);\n    // It may",
    to: "const fresh: Runs = [];\n    // It may",
    script: "broadcast.ts",
    flags: broadcast,
  },
  {
    name: "broadcast-below-holes",
    bug: "a repair brings only what lies below an origin's first hole",
    file: "lib/sequences.ts",
    from: "difference(offered, rangesIn(theirs, origin))",
    to:
      "difference(offered[0] ? [] : offered.slice(0, 2), rangesIn(theirs, origin))",
    script: "broadcast.ts",
    flags: killed,
  },
  {
    name: "broadcast-former-lives",
    bug: "a restarted node is not told what its earlier lives had said",
    file: "broadcast.ts",
    from: "{ ...have, [by]: [0, Infinity] }",
    to:
      '{ ...have, ...Object.fromEntries(Object.keys(known.versions()).filter((it) => it.split(".")[0] === by.split(".")[0]).map((it) => [it, [0, Infinity]])) }',
    script: "broadcast.ts",
    flags: killed,
  },
  {
    name: "broadcast-passed-on",
    bug: "an inner node forgets what it passes up",
    file: "broadcast.ts",
    from: "const fresh = learn(runs); // it",
    to: "const fresh = tree === trees.self ? learn(runs) : []; // it",
    script: "broadcast.ts",
    flags: `${killed} -- --fan-out 1`,
  },
  {
    name: "broadcast-no-dedup",
    bug: "a value that has two numbers is read twice",
    file: "broadcast.ts",
    from: "messages.getOrInsert(canonicalJson(value), value);",
    to: "messages.set(`${messages.size}`, value);",
    script: "broadcast.ts",
    flags: `${durable} -- --durable`,
  },
  {
    name: "broadcast-one-origin",
    bug: "a restarted node numbers its values from 0 again",
    file: "lib/node.ts",
    from: "this.#incarnation = `${this.id}.${word()}.${word()}`;",
    to: "this.#incarnation = this.id;",
    script: "broadcast.ts",
    flags: `${durable} -- --durable`,
  },
  {
    name: "broadcast-ack-before-write",
    bug: "--durable acknowledges while the value is being stored",
    file: "broadcast.ts",
    from: "if (log) await log.append(message);",
    to: "if (log) log.append(message);",
    script: "broadcast.ts",
    flags: `${durable} -- --durable`,
  },
  {
    name: "broadcast-slot-taken",
    bug: "a slot that is another's counts as written",
    file: "lib/write_ahead_log.ts",
    from: "if (by === mine.by) return;",
    to: "return;",
    script: "broadcast.ts",
    flags: `-w broadcast --node-count 5 --rate 30 ${late} -- --durable`,
  },
  {
    name: "broadcast-no-recovery",
    bug: "a restarted node does not read its slots",
    file: "lib/write_ahead_log.ts",
    from: "apply(found.flatMap(({ values }) => values));",
    to: "",
    script: "broadcast.ts",
    flags: `${durable} -- --durable`,
  },
  {
    name: "broadcast-deaf",
    bug: "one node shows only what it was given itself",
    file: "broadcast.ts",
    from: "for (const [, , values] of fresh) values.forEach(show);",
    to:
      'if (node.id !== "n0") for (const [, , values] of fresh) values.forEach(show);',
    script: "broadcast.ts",
    flags: broadcast,
  },
  {
    name: "broadcast-shows-late",
    bug: "a value is shown 100 ms after it was accepted or heard",
    file: "broadcast.ts",
    from: "messages.getOrInsert(canonicalJson(value), value);",
    to:
      "node.sleep(100).then(() => messages.set(canonicalJson(value), value));",
    script: "broadcast.ts",
    flags: `${broadcast} --check-sessions`,
  },
  {
    name: "broadcast-phantom",
    bug: "the next number is shown too",
    file: "broadcast.ts",
    from: "messages.getOrInsert(canonicalJson(value), value);",
    to:
      "messages.set(canonicalJson(value), value).set(`${Number(value) + 1}`, Number(value) + 1);",
    script: "broadcast.ts",
    flags: broadcast,
  },
  // ---------------------------------------------------------------- counter
  {
    name: "counter-own-sum-hidden",
    bug: "a node's own sum does not count while it is being written",
    file: "counter.ts",
    from: "exactSum([from[1], ...deltas]), me];",
    to: "exactSum([from[1], ...deltas]), me]; sums.delete(id);",
    script: "counter.ts",
    flags: `${counter} --concurrency 2n --check-sessions`,
  },
  {
    name: "counter-merge-with-min",
    bug: "of two sums of a node the older one stays",
    file: "counter.ts",
    from: "if (sum[0] <= (sums.get(of) ?? nothing)[0]) return;",
    to: "if (sum[0] >= (sums.get(of) ?? [Infinity])[0]) return;",
    script: "counter.ts",
    flags: counter,
  },
  {
    name: "counter-ack-before-write",
    bug: "adds are acknowledged while they are being written",
    file: "counter.ts",
    from: "await add(delta);",
    to: "add(delta);",
    script: "counter.ts",
    flags: counter,
  },
  {
    name: "counter-double-add",
    bug: "a write whose answer was lost is made once more",
    file: "counter.ts",
    from: "if (version >= to[0] && by === me) return;",
    to: "",
    script: "counter.ts",
    flags: counter,
  },
  {
    name: "counter-no-recovery",
    bug: "a restarted node waits to be told what it wrote itself",
    file: "counter.ts",
    from:
      "node.holdRequests(sync().then(() => Promise.all(node.ids.map(fetch))));",
    to: "node.holdRequests(Promise.resolve());",
    script: "counter.ts",
    flags: counter,
  },
  // ------------------------------------------------------------------ kafka
  {
    name: "kafka-offset-off-by-one",
    bug: "send answers with the next message's offset",
    file: "kafka.ts",
    from: "push(message) - 1;",
    to: "push(message);",
    script: "kafka.ts",
    flags: kafka,
  },
  {
    name: "kafka-poll-skips",
    bug: "a poll begins after the offset that was asked for",
    file: "kafka.ts",
    from: ".slice(from, from + POLL_SIZE);",
    to: ".slice(++from, from + POLL_SIZE);",
    script: "kafka.ts",
    flags: kafka,
  },
  {
    name: "kafka-no-dedup",
    bug: "a batch that was written twice is applied twice",
    file: "lib/state_machine.ts",
    from: "number <= (this.#applied.get(lane) ?? 0);",
    to: "number < 0 * (this.#applied.get(lane) ?? 0);",
    script: "kafka.ts",
    flags: kafka,
  },
  {
    name: "kafka-lost-race",
    bug: "a slot that another node has written counts as one's own",
    file: "lib/state_machine.ts",
    from: "if (isChosen) return",
    to: "return",
    script: "kafka.ts",
    flags: kafka,
  },
  {
    name: "kafka-ack-before-write",
    bug: "sends are acknowledged while their slot is being written",
    file: "lib/replicated_log.ts",
    from: "const chosen = await this.#slots.claim(slot, [name, entry]);",
    to: "const chosen = [name, entry] as const;" +
      " this.#slots.claim(slot, [name, entry]);",
    script: "kafka.ts",
    flags: kafka,
  },
  {
    name: "kafka-gaps-skipped",
    bug: "a slot is applied though the one before is not known yet",
    file: "lib/replicated_log.ts",
    from: "if (slot < this.#next) return;",
    to: "this.#next = slot;",
    script: "kafka.ts",
    flags: kafka,
  },
  {
    name: "kafka-local-commits",
    bug: "committed offsets stay on the node that was told",
    file: "kafka.ts",
    from: "const news = Object.entries(offsets) // the rest is durable already",
    to: "apply(offsets); const news = Object.entries(offsets)",
    script: "kafka.ts",
    flags: kafka,
  },
  {
    name: "kafka-no-commits",
    bug: "commits are acknowledged and forgotten",
    file: "kafka.ts",
    from: "offset > (committed.get(key) ?? -1)",
    to: "key < offset",
    script: "kafka.ts",
    flags: kafka,
  },
  {
    name: "kafka-commit-not-awaited",
    bug: "commits are acknowledged while they are being written",
    file: "kafka.ts",
    from: "await machine.submit(Object.fromEntries(news))",
    to: "machine.submit(Object.fromEntries(news))",
    script: "kafka.ts",
    flags: kafka,
  },
  {
    name: "kafka-newest-page",
    bug: "who is more than a page behind is given the newest page",
    file: "kafka.ts",
    from: ".slice(from, from + POLL_SIZE);",
    to: ".slice(from).slice(-POLL_SIZE);",
    script: "kafka.ts",
    flags: longKafka,
  },
  {
    name: "kafka-offset-left-out",
    bug: "no poll returns what stands at offset 300",
    file: "kafka.ts",
    from: "page.map((message, i) => [from + i, message])",
    to: "page.map((message, i) => [from + i, message])" +
      ".filter(([offset]) => offset !== 300)",
    script: "kafka.ts",
    flags: longKafka,
  },
  {
    name: "kafka-segment-without-dedup",
    bug: "a restart forgets which batches its segments hold",
    file: "lib/state_machine.ts",
    from: "return [...lanes].map(",
    to: "return [...lanes].slice(0, 1).map(",
    script: "kafka.ts",
    flags: kafkaSegments,
  },
  {
    name: "kafka-segment-too-far",
    bug: "a restart skips the slot behind each segment",
    file: "lib/replicated_log.ts",
    from: "this.#next += SEGMENT_SLOTS;",
    to: "this.#next += SEGMENT_SLOTS + 1;",
    script: "kafka.ts",
    flags: kafkaSegments,
  },
  {
    name: "kafka-segment-without-commits",
    bug: "a segment lacks the offsets that were committed in it",
    file: "lib/state_machine.ts",
    from: "[lane, n, i === 0 ? all : []]",
    to: "[lane, n, i === 0 ? all.filter(Array.isArray) : []]",
    script: "kafka.ts",
    flags: kafkaSegments,
  },
  {
    name: "kafka-segment-of-all",
    bug: "a segment holds what the one before it held, too",
    file: "lib/replicated_log.ts",
    from: "this.#unsaved.set(segment, []);",
    to: "this.#unsaved.set(segment, this.#unsaved.get(segment - 1) ?? []);",
    script: "kafka.ts",
    flags: kafkaSegments,
  },
  {
    name: "kafka-segment-unordered",
    bug: "a segment has the messages of a key in another order than its slots",
    file: "lib/state_machine.ts",
    from: "merge(slots.flat())",
    to: "merge(slots.flat().reverse())",
    script: "kafka.ts",
    flags: kafkaSegments,
  },
  {
    name: "kafka-incarnations-alike",
    bug: "a restarted node numbers its batches from the beginning",
    file: "lib/state_machine.ts",
    from: "this.#number = it * INCARNATION",
    to: "this.#number = it * 0",
    script: "kafka.ts",
    flags: kafka,
  },
  // ----------------------------------------------------------- transactions
  {
    name: "txn-own-writes-unread",
    bug: "a transaction does not see what it has written itself",
    file: "txn.ts",
    from: "const isOwn = writes.has(name);",
    to: "const isOwn = false;",
    script: "txn.ts",
    flags: txn,
  },
  {
    name: "txn-clock-stands",
    bug: "the Lamport clock does not follow what is heard",
    file: "txn.ts",
    from: "time = Math.max(time, when);",
    to: "",
    script: "txn.ts",
    // So few transactions meet that the right script passes as serializable.
    flags: "-w txn-rw-register --node-count 3 --rate 2 --time-limit 40 " +
      "--consistency-models strong-session-serializable -- --interval 1",
  },
  {
    name: "txn-gap-merged",
    bug: "a batch is merged though the one before was lost",
    file: "txn.ts",
    from: "if (!isForUs || since > link.heard) return false;",
    to: "if (!isForUs) return false;",
    script: "txn.ts",
    flags: txn,
  },
  {
    name: "txn-any-incarnation",
    bug: "a batch that was made for a node's last life passes for its next",
    file: "txn.ts",
    from: "if (!isForUs || since > link.heard) return false;",
    to: "if (since > link.heard) return false;",
    script: "txn.ts",
    flags: txn.replace("partition,pause", "partition,pause,kill"),
  },
  {
    name: "txn-last-arrival-wins",
    bug: "of two writes the one that came last stays, on each node another",
    file: "txn.ts",
    from: "if (when < last || (when === last && origin <= other)) return;",
    to: "if (origin === other && when <= last) return;",
    script: "txn.ts",
    flags: txn,
  },
  {
    name: "txn-torn-batches",
    bug: "one write of each batch is left out",
    file: "txn.ts",
    from: "for (const write of writes) merge(write, by);",
    to: "for (const write of writes.slice(1)) merge(write, by);",
    script: "txn.ts",
    flags: txn,
  },
  {
    name: "txn-stores-nothing",
    bug: "every read finds nothing",
    file: "txn.ts",
    from:
      "for (const [key, value] of writes) merge([key, value, time, me], me);",
    to: "",
    script: "txn.ts",
    // fly.io's 6c, but for its rate.
    flags: "-w txn-rw-register --node-count 2 --rate 100 --time-limit 20 " +
      "--concurrency 2n --consistency-models read-committed " +
      "--availability total --nemesis partition",
  },
  {
    name: "txn-own-writes-late",
    bug: "a transaction's writes are stored 100 ms after its answer",
    file: "txn.ts",
    from:
      "for (const [key, value] of writes) merge([key, value, time, me], me);",
    to: "const now = [...writes].map(([k, v]): Write => [k, v, time, me]); " +
      "node.sleep(100).then(() => now.forEach((it) => merge(it, me)));",
    script: "txn.ts",
    flags: sessions,
  },
  {
    name: "txn-halves",
    bug: "the first write of a batch is seen 100 ms before the others",
    file: "txn.ts",
    from: "for (const write of writes) merge(write, by);",
    to: "for (const write of writes.splice(0, 1)) merge(write, by); " +
      "node.sleep(100).then(() => writes.forEach((it) => merge(it, by)));",
    script: "txn.ts",
    flags: sessions,
  },
  // ------------------------------------------------------------------ g-set
  {
    name: "g-set-replaced",
    bug: "a peer's state replaces the node's own",
    file: "beyond/g_set.ts",
    from: "node.on(state, ({ elements }) => merge(elements));",
    to: "node.on(state, ({ elements }) => (set.clear(), merge(elements)));",
    script: "beyond/g_set.ts",
    flags: set,
  },
  {
    name: "g-set-unacknowledged-delta",
    bug: "a node tells the newest elements only, once whoever hears them",
    file: "beyond/g_set.ts",
    from: "state({ elements: elements() })",
    to: "state({ elements: elements().slice(-10) })",
    script: "beyond/g_set.ts",
    flags: set,
  },
  // ---------------------------------------------------------------- library
  {
    name: "lib-cas-writes",
    bug: "compare-and-set only sets",
    file: "lib/kv.ts",
    from:
      "const request = cas({ key, from, to, create_if_not_exists: create });",
    to: "const request = write({ key, value: [from, create, to][2] });",
    script: "kafka.ts",
    flags: kafka,
  },
  {
    name: "lib-asks-once",
    bug: "what is to be asked until there is an answer is asked once",
    file: "lib/kv.ts",
    from: "return retry ? this.#retry.ask(once, others) : once(others);",
    to: "return once(retry ? others : others);",
    script: "broadcast.ts",
    flags: `${durable} -- --durable`,
  },
  {
    name: "lib-ids-reused",
    bug: "requests share two ids: answers reach whoever asked last",
    file: "lib/node.ts",
    from: "const id = ++this.#lastMsgId;",
    to: "const id = ++this.#lastMsgId % 2;",
    script: "kafka.ts",
    flags: kafka,
  },
  {
    name: "lib-ids-restart",
    bug: "a reply to the dead node's request passes for one to the living's",
    file: "lib/node.ts",
    from: "this.#lastMsgId = Math.floor(runtime.random() * 2 ** 40);",
    to: "this.#lastMsgId = 0;",
    script: "counter.ts",
    flags: `-w g-counter --node-count 3 --rate 50 ${late}`,
  },
  // -------------------------------------------------- transactions on a ladder
  {
    name: "ladder-last-committer-wins",
    bug: "a snapshot is taken for current though another wrote the same since",
    file: "beyond/list_append.ts",
    from: "let isConflict = snapshot === null;",
    to: "let isConflict: boolean = snapshot === null; snapshot ??= position;" +
      " snapshot += 1000;",
    script: "beyond/list_append.ts",
    flags: `${lists} --consistency-models snapshot-isolation ${all}` +
      " -- --consistency snapshot-isolation",
  },
  {
    name: "ladder-reads-are-old",
    bug: "reads do not take part in the log though strict ones are asked for",
    file: "beyond/list_append.ts",
    from: "return serve(ordered().strictly);",
    to: "return serve(ordered().onSnapshot);",
    script: "beyond/list_append.ts",
    flags: `${lists} ${all}`,
  },
  {
    name: "ladder-effects-before-causes",
    bug: "units are shown before those that they may depend on",
    file: "beyond/list_append.ts",
    from: "every(([by, n]) => n <= (visible.get(by) ?? 0));",
    to: "every(([by, n]) => n < Infinity || visible.has(by));",
    script: "beyond/list_append.ts",
    flags: `${registers} --consistency-models causal-cerone ${noKills}` +
      " -- --consistency causal",
  },
  {
    name: "ladder-append-not-settled",
    bug: "a list shows an append before it is known what comes before",
    file: "beyond/list_append.ts",
    from: "stamp[0] >= horizon",
    to: "stamp[0] >= horizon + 5",
    script: "beyond/list_append.ts",
    flags: `${lists} --consistency-models monotonic-atomic-view ${noKills}` +
      " -- --consistency monotonic-atomic-view",
  },
  // ------------------------------------------------------------------- raft
  {
    name: "raft-votes-for-the-short",
    bug: "a log that is behind gets votes",
    file: "lib/raft.ts",
    from: "last[1] === lastTerm && last[0] >= index;",
    to: "last[1] === lastTerm;",
    script: "beyond/lin_kv.ts",
    flags: raft,
  },
  {
    name: "raft-ack-not-synced",
    bug: "entries are acknowledged before they are on the disk",
    file: "lib/raft.ts",
    from: `    return this.#whenSaved(() => {
      if (this.#lostUpTo > 0`,
    to: `    return Promise.resolve().then(() => {
      if (this.#lostUpTo > 0`,
    script: "beyond/lin_kv.ts",
    flags: raft,
  },
  {
    name: "raft-half-is-enough",
    bug: "half of the members pass for a majority",
    file: "lib/raft.ts",
    from: "return Math.floor(this.members.length / 2) + 1;",
    to: "return Math.ceil(this.members.length / 2);",
    script: "beyond/lin_kv.ts",
    flags: evenRaft,
  },
  {
    name: "raft-read-without-a-quorum",
    bug: "a read is answered without a round that a majority confirms",
    file: "lib/raft.ts",
    from: "const isReady = read.round <= round && read.index <= this.#applied;",
    to: "const isReady = read.index <= this.#applied + 0 * round;",
    script: "beyond/lin_kv.ts",
    flags: raft,
  },
  {
    name: "raft-read-before-its-term",
    bug: "a new leader reads before it knows what is committed",
    file: "lib/raft.ts",
    from: "const at = Math.max(this.#commit, this.#first);",
    to: "const at = this.#commit;",
    script: "beyond/lin_kv.ts",
    flags: raft,
  },
  {
    name: "raft-leader-counts-unsynced",
    bug: "a leader counts itself before its own disk has the entry",
    file: "lib/raft.ts",
    from: "const index = this.#reached(this.#saved,",
    to: "const index = this.#reached(this.#log.last[0],",
    script: "beyond/lin_kv.ts",
    flags: alone,
  },
  {
    name: "raft-snapshot-not-restored",
    bug: "a restart begins behind the snapshot, without what is in it",
    file: "lib/raft.ts",
    from: "this.#machine.restore(snapshot.state);",
    to: "",
    script: "beyond/lin_kv.ts",
    flags: snapshots,
  },
  {
    name: "raft-done-twice",
    bug: "a write whose answer was lost is done again",
    file: "beyond/lin_kv.ts",
    from: "return answers.getOrInsertComputed(number, () => this.do(op));",
    to: "return this.do(op);",
    script: "beyond/lin_kv.ts",
    flags: raft,
  },
  {
    name: "raft-snapshot-without-sessions",
    bug: "who starts from a snapshot does not know what was done",
    file: "beyond/lin_kv.ts",
    from: "      sessions: sessions.map(",
    to: "      sessions: sessions.slice(0, 0).map(",
    script: "beyond/lin_kv.ts",
    flags: snapshots,
  },
];
