/**
 * The scripts that scenarios look at, and why their figures bend where they do.
 *
 * A new script is a new row. What the task then finds to bend and nobody has
 * written about, it lists.
 *
 * @module
 */
import { type Subject } from "../subjects.ts";
import { type Measured } from "./grid.ts";
import { type Bend, type Places, type Why } from "./bends.ts";

/** A script, and what people say of it. */
export interface Script extends Subject {
  /** What its operations take, in a sentence or two, in Markdown. */
  readonly idea: string;
  readonly why: readonly Why[];
}

type Bends = Readonly<Partial<Record<Bend, Places>>>;

const ANY_FAULT: Places = [
  ...["loss", "partition", "one-way", "pause", "kill"],
  "all", // at once
];

// ------------------------------------------------- what several have in common

/** Of who is down no script can get an answer. */
const down = (bends: Bends, more = ""): Why => ({
  bends,
  because: "A node that is paused or dead answers nothing. Its clients wait, " +
    "for 5 s at most, and ask nobody else meanwhile." + more,
});

/** Where a script answers at once, that is all that faults do to it. */
const silent = down({
  "fault: answered": ["all"],
  "fault: tail": ["pause", "kill", "all"],
});

const behind = (places: Places): Why => ({
  bends: { "spread: tail": places },
  because: "The script answers at once, but a node takes its messages one " +
    "after another, as in Maelstrom. A request waits behind the message that " +
    "the node waits for, and with exponential latencies a few are on their " +
    "way for long.",
});

const BATCH = "A batch goes down to each of the other nodes, while the load, " +
  "and so the number of batches, stays the same.";
const LEVELS = "In a tree a node has 24 children at most (`--fan-out`): from " +
  "26 nodes on there is one level more, and that is one hop more.";

/** Of what broadcast.ts keeps in memory alone. */
const lostWithNode: Why = {
  bends: { "fault: broken": ["kill", "all"] },
  because: "A value is acknowledged before anyone else has heard it. A node " +
    "that is killed before the value's first hop is over takes it along. " +
    "`--durable` is what helps.",
};

const SENT_AGAIN = "A value that is lost on its way up is sent again when no " +
  "batch has brought it back in a second or so; a batch that is lost is " +
  "missed when the next one comes.";

const repaired = (lost: string, left: string): Why => ({
  bends: {
    "fault: stable": ANY_FAULT,
  },
  because: `${lost} What a partition or a pause keeps away comes when that ` +
    "ends, at the latest by anti-entropy, every 3 s. A node that was killed " +
    `starts with ${left}, and lacks old values too until others have told it.`,
});

const closedLoop = (bends: Bends, takes: string): Why => ({
  bends,
  because:
    `${takes} A client asks only when it has its answer, and there are ` +
    "two for each node: they don't get to ask more.",
});

// Of those who write one log in lin-kv: lib/state_machine.ts.

const ownersAnswer = (bends: Bends): Why => ({
  bends,
  because: "The owner's answer takes four hops, longer than nodes wait " +
    "for it, 1 s at first: they read the log themselves, then write " +
    "themselves, and race for its slots. That is more messages for " +
    "fewer writes, and some take longer than a client waits, 5 s.",
});

const slots = (places: Places): Why => ({
  bends: { "size: messages": places },
  because: "All nodes are told of all slots, after 50 ms at most.",
});

const withoutOwner = (tail: Places): Why => ({
  bends: {
    "fault: answered": ANY_FAULT,
    "fault: tail": tail,
    "fault: messages": ANY_FAULT,
  },
  because: "A node without the owner's answer waits a second, reads what " +
    "it lacks of the log, and then writes by itself, for 5 s. Until a " +
    "slot that it missed is read, none after it is applied. And who is " +
    "down answers nothing.",
});

// Of lin_kv.ts, with any election timeout.

/** Whether at 1,000 ms nothing is answered that takes four hops. */
function servesLeadersOwn(measured: Measured): boolean {
  const { answered = 0, latency } = measured.get({ latency: 1000 }) ?? {};
  return answered > 0 && (latency?.max ?? 0) < 4000;
}

const FOUR = "An answer takes up to four hops.";

const signsOfLife = (bends: Bends, gap: string): Why => ({
  bends,
  because: `The leader's signs of life go by the clock, every ${gap} to each ` +
    "other node, and fewer operations share them.",
});

const rounds = (places: Places): Why => ({
  bends: { "size: messages": places },
  because: "A round goes to as many nodes as make a majority, and back.",
});

const withoutLeader = (timeout: string): Why => ({
  bends: {
    "fault: answered": ANY_FAULT,
  },
  because: "Who reaches no leader with a majority is not served. After a " +
    `leader is lost another comes in ${timeout} and some hops, and clients ` +
    "have given up then. So they have when a lost message had to be sent again.",
});

export const scripts: readonly Script[] = [
  {
    name: "echo.ts",
    flags: "-w echo --program echo.ts",
    idea: "Answers alone and at once.",
    why: [
      silent,
    ],
  },
  {
    name: "unique_ids.ts",
    flags: "-w unique-ids --program unique_ids.ts",
    idea: "Answers alone and at once.",
    why: [
      silent,
    ],
  },
  {
    name: "broadcast.ts",
    flags: "-w broadcast --program broadcast.ts",
    idea: "Answers at once. A value takes a hop to the root of a tree, waits " +
      "there for others, and takes a hop or two down.",
    why: [
      behind([30, 100, 300]),
      { bends: { "size: messages": [25, 50] }, because: BATCH },
      { bends: { "size: stable": [50] }, because: LEVELS },
      {
        bends: { "fault: messages": ["all"] },
        because: "Values are sent again and by other ways, and what is still " +
          "lacking is asked for, a digest, and sent once more, a delta.",
      },
      lostWithNode,
      repaired(SENT_AGAIN, "nothing"),
      silent,
    ],
  },
  {
    name: "broadcast.ts --max-wait 0",
    flags: "-w broadcast --program broadcast.ts",
    nodeArguments: ["--max-wait", "0"],
    idea: "Answers at once. A value goes straight to all others, each in its " +
      "own message.",
    why: [
      {
        bends: { "spread: messages": [300, 1000] },
        because: "A value that comes before the one that was sent before it " +
          "makes that one look lost. The node asks for it, a digest, and is " +
          "sent it again, a delta, though it is on its way.",
      },
      behind([30, 100]),
      {
        bends: { "size: messages": [10, 25, 50] },
        because: "Each value goes to each of the other nodes by itself.",
      },
      { bends: { "size: stable": [50] }, because: LEVELS },
      lostWithNode,
      repaired(
        "Nobody acknowledges a value: one that is lost is missed when the " +
          "next one of its node comes.",
        "nothing",
      ),
      silent,
    ],
  },
  {
    name: "broadcast.ts --max-wait 1000",
    flags: "-w broadcast --program broadcast.ts",
    nodeArguments: ["--max-wait", "1000"],
    idea: "Answers at once. All nodes send what they have gathered once in " +
      "0.9 s, and the root answers with one batch.",
    why: [
      {
        bends: { "latency: load": [1000] },
        because:
          "A node gets a message or two a second. While it waits for one " +
          "that is under way it takes no request, and its clients wait for up " +
          "to a whole latency.",
      },
      {
        bends: { "latency: messages": [1000] },
        because: "Fewer operations share a batch. And values are sent again " +
          "when no batch brings them back in 1,115 ms, or 2,115 ms at most, " +
          "and two hops alone take 2,000.",
      },
      {
        bends: { "spread: messages": [300] },
        because: "All send at once, and the root waits 50 ms for them. What " +
          "comes later than that goes down in a batch of its own.",
      },
      behind([100, 300]),
      { bends: { "size: messages": [10, 25, 50] }, because: BATCH },
      lostWithNode,
      {
        bends: { "fault: messages": ["loss", "partition", "all"] },
        because: "Batches are rare, so what is sent again, or another way, " +
          "costs a batch more: many beside so few.",
      },
      repaired(SENT_AGAIN, "nothing"),
      silent,
    ],
  },
  {
    name: "broadcast.ts --durable",
    flags: "-w broadcast --program broadcast.ts",
    nodeArguments: ["--durable"],
    idea: "Writes a value to lin-kv, two hops, before it answers and spreads " +
      "it. What comes while a write is under way shares the next one.",
    why: [
      closedLoop({
        "latency: load": [100, 300, 1000],
        "size: load": [1, 3, 5],
      }, "A write takes two hops, or four behind another."),
      {
        bends: { "latency: messages": [1000] },
        because: "Digests go by the clock, and so few operations share them. " +
          "And who has waited 2 s for lin-kv, just the two hops, asks it again.",
      },
      {
        bends: { "spread: answered": [1000] },
        because: "A write waits for the one before it. Two round trips of " +
          "which one is slow take longer than the 5 s that a client waits.",
      },
      { bends: { "size: messages": [25, 50] }, because: BATCH },
      { bends: { "size: stable": [50] }, because: LEVELS },
      {
        bends: { "fault: broken": ["loss at 1,000 ms"] },
        because:
          "A write goes on after its client has given up. At 1,000 ms, " +
          "with tries 2 s apart of which some are lost, it can get into lin-kv " +
          "so late that the final reads meet the value on its way: one node " +
          "shows it already, others not yet.",
      },
      {
        bends: { "fault: messages": ["loss", "kill", "all"] },
        because: "Lost requests to lin-kv are sent again. A node that starts " +
          "again reads all that it ever wrote, a message and a reply for " +
          "each slot.",
      },
      repaired(SENT_AGAIN, "its own values from lin-kv"),
      down(
        {
          "fault: answered": ["pause", "kill", "all"],
          "fault: tail": ["loss", "pause", "all"],
        },
        " If a request to lin-kv is lost, the next try comes after some 3 " +
          "round trips, and all that wait for the write wait as long.",
      ),
    ],
  },
  ...["g-counter", "pn-counter"].map((workload): Script => ({
    name: `counter.ts, ${workload}`,
    flags: `-w ${workload} --program counter.ts --check-convergence`,
    idea: "An add is a compare-and-set in seq-kv, two hops; adds that come " +
      "meanwhile share the next one. A read is answered at once.",
    why: [
      closedLoop({
        "latency: load": [300, 1000],
        "size: load": [1, 3],
      }, "An add takes two hops, or four behind another."),
      {
        bends: { "latency: answered": [1000] },
        because: "A node that starts holds requests until it has written to " +
          "seq-kv and then read all sums. That is four hops, and an add two " +
          "more: 6 s, and clients wait for 5.",
      },
      {
        bends: { "latency: messages": [300, 1000] },
        because:
          "Gossip goes by the clock, every 300 ms while there is news, " +
          "and fewer operations share it. And a node that starts asks seq-kv " +
          "again and again, until it knows how long answers take.",
      },
      {
        bends: { "size: messages": [25, 50] },
        because: "Each node reads the sums of all nodes when it starts, n² " +
          "requests and n² replies, and gossips to one node every 300 ms.",
      },
      down(
        {
          "fault: answered": workload === "g-counter"
            ? ["kill", "all"]
            : ["pause", "kill", "all"],
          "fault: tail": ["loss", "pause", "kill", "all"],
        },
        " Of lost requests to seq-kv the next try comes after some 3 round " +
          "trips.",
      ),
      {
        bends: { "fault: messages": ["all"] },
        because: "Clients get to far fewer operations, gossip goes on, and " +
          "each node that starts again reads all sums.",
      },
    ],
  })),
  {
    name: "kafka.ts",
    flags: "-w kafka --program kafka.ts --check-convergence",
    idea:
      "A send goes to the owner, which writes it to lin-kv and tells all: " +
      "four hops, or two for clients of the owner. A poll is answered at once.",
    why: [
      closedLoop({
        "latency: load": [100, 300, 1000],
        "size: load": [1, 3, 5],
      }, "A send takes up to four hops, and more behind others."),
      ownersAnswer({
        "latency: messages": [1000],
        "latency: answered": [1000],
      }),
      slots([25, 50]),
      withoutOwner(["loss", "partition", "pause", "all"]),
    ],
  },
  {
    name: "txn.ts",
    flags: "-w txn-rw-register --program txn.ts --check-convergence " +
      "--consistency-models causal-cerone,strong-session-read-committed",
    idea:
      "Answers alone and at once. Each node tells its neighbours what has " +
      "changed, every 20 ms.",
    why: [
      {
        bends: { "spread: messages": [100, 300, 1000] },
        because: "Each delta begins where the one before it ends. One that " +
          "comes too early leaves a gap: the node says where it is, and is " +
          "sent all from there on once more.",
      },
      behind([10, 30]),
      {
        bends: { "size: messages": [10, 25, 50] },
        because: "Each of n nodes tells log n neighbours, every 20 ms, and " +
          "what it hears is news to tell on.",
      },
      down(
        {
          "fault: answered": ["all"],
          "fault: tail": ["pause", "kill", "all"],
        },
        " A node that starts again first asks the others for the state, for " +
          "2 s at most.",
      ),
    ],
  },
  {
    name: "g_set.ts",
    flags: "-w g-set --program beyond/g_set.ts",
    idea: "Answers alone and at once. Each node sends its whole set to a " +
      "random other one, every 500 ms.",
    why: [
      {
        bends: { "latency: load": [1000] },
        because:
          "A node gets about two messages a second. While it waits for " +
          "one that is under way it takes no request, and its clients wait " +
          "for up to a whole latency.",
      },
      behind([300]),
      {
        bends: { "size: messages": [25, 50] },
        because: "Each node sends two messages a second, however little is " +
          "asked of it.",
      },
      {
        bends: { "size: stable": [25, 50] },
        because: "It spreads as an epidemic does: about log n rounds of 500 " +
          "ms (Demers et al., 1987).",
      },
      {
        bends: { "fault: broken": ["kill", "all"] },
        because:
          "An element is acknowledged before anyone else has heard it, " +
          "and goes with the memory of a node that is killed before it gossips.",
      },
      {
        bends: { "fault: stable": ["kill", "all"] },
        because: "A node that was killed starts with nothing, and lacks all " +
          "elements until gossip reaches it.",
      },
      silent,
    ],
  },
  {
    name: "lin_kv.ts",
    flags: "-w lin-kv --program beyond/lin_kv.ts --disk",
    idea: "A request goes to the leader, and a round of it to a majority and " +
      "back: four hops, or two for the leader's own clients. In this workload " +
      "clients give up after ten mean latencies, or after 1 s if that is more.",
    why: [
      {
        bends: {
          "latency: answered": [100, 300, 1000],
          "size: answered": [3, 5, 10, 25, 50],
        },
        because:
          "The first leader is there after a wait of up to 1 s and some " +
          "six hops, too late for who asked at once. At 1,000 ms " +
          "elections fail until the wait for the next, which doubles, " +
          "is longer than they take. And nodes try to reach the leader " +
          "for 5 s in all, for 0.3 s at first and then twice as long " +
          "each time: no try lasts four hops, and only the leader's own " +
          "clients are served.",
        holds: servesLeadersOwn,
      },
      closedLoop({
        "latency: load": [100, 300, 1000],
        "size: load": [3, 5, 10],
      }, FOUR),
      signsOfLife({ "latency: messages": [300, 1000] }, "200 ms"),
      rounds([25, 50]),
      withoutLeader("1 to 2 s"),
    ],
  },
  {
    name: "lin_kv.ts --election-timeout 4000",
    flags: "-w lin-kv --program beyond/lin_kv.ts --disk",
    nodeArguments: ["--election-timeout", "4000"],
    idea: "The same, but nodes wait four times as long before they take a " +
      "leader for lost: one that is slow may lead on, one that is dead is " +
      "missed later.",
    why: [
      {
        bends: {
          "latency: answered": [30, 100, 300, 1000],
          "size: answered": [3, 5, 10, 25, 50],
        },
        because:
          "The first leader is there after a wait of up to 4 s and some " +
          "six hops. At 1,000 ms nodes try to reach it for 5 s in all, " +
          "for 0.3 s at first and then twice as long each time: no try " +
          "lasts four hops, and only the leader's own clients are " + "served.",
        holds: servesLeadersOwn,
      },
      closedLoop(
        {
          "latency: load": [100, 300, 1000],
          "size: load": [1, 3, 5, 10],
        },
        FOUR + " Before the first election nobody gets one, not even of one " +
          "node alone.",
      ),
      {
        bends: { "spread: tail": [30] },
        because: "Four hops take several times their mean now and then, and " +
          "a request waits behind messages that are under way. Who asks " +
          "before the first leader is there waits for it on top.",
      },
      signsOfLife({ "latency: messages": [1000] }, "800 ms"),
      rounds([10, 25, 50]),
      withoutLeader("4 to 8 s"),
    ],
  },
  {
    name: "list_append.ts",
    flags: "-w txn-list-append --program beyond/list_append.ts " +
      "--check-convergence",
    idea: "Strict serializability: a transaction goes to the owner of the " +
      "log, which writes it to lin-kv and tells all: four hops, or two for " +
      "clients of the owner.",
    why: [
      closedLoop({
        "latency: load": [100, 300, 1000],
        "size: load": [1, 3, 5, 10],
      }, "A transaction takes up to four hops, and more behind others."),
      ownersAnswer({
        "latency: messages": [1000],
        "latency: answered": [1000],
        "spread: answered": [300],
      }),
      slots([50]),
      withoutOwner(["loss", "partition", "pause", "kill", "all"]),
    ],
  },
];
