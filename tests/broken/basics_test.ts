/**
 * Broken nodes of the simple workloads, each caught by what is wrong with it,
 * and correct ones under the same faults.
 */
import assert from "node:assert/strict";
import broadcast from "../../broadcast.ts";
import counter from "../../counter.ts";
import echo from "../../echo.ts";
import {
  array,
  integer,
  json,
  message,
  type Node,
  type Program,
} from "../../lib/maelstrom.ts";
import uniqueIds from "../../unique_ids.ts";
import { parseTestOptions } from "../../workbench/cli/options.ts";
import { simulate } from "../../workbench/run.ts";
import forgetful from "../nodes/forgetful.ts";

interface Case {
  readonly name: string;
  readonly flags: string;
  readonly broken: Program;
  /** What the verdict must say of it. */
  readonly finding: RegExp;
  /** Passes the same test. */
  readonly twin: Program;
}

/** Of several seeds all must pass the twin, and one must catch the node. */
const SEEDS = 5;

async function explanation(program: Program, flags: string, seed: number) {
  const result = await simulate(
    parseTestOptions([
      ...["--bin", "-", "--seed", `broken ${seed}`, "--node-count", "3"],
      ...["--time-limit", "10"],
      ...flags.split(" "),
    ]),
    program,
  );
  return { valid: result.valid, text: result.explanation.join("\n") };
}

// -------------------------------------------------------------------- echo

const echoing = (change: (payload: unknown) => unknown): Program => (node) =>
  node.serve("echo", {
    echo: (body) => ({ type: "echo_ok", echo: change(body.echo) }),
  });

/** Answers each request with what the one before asked. */
function late(node: Node): void {
  let last: unknown = "";
  node.serve("echo", {
    echo(body) {
      const echo = last;
      last = body.echo;
      return { type: "echo_ok", echo };
    },
  });
}

const echoFlags = "-w echo --rate 20";

// -------------------------------------------------------------- unique ids

const generating = (
  make: (node: Node) => () => unknown,
): Program =>
(node) => {
  const next = make(node);
  node.serve("unique-ids", {
    generate: () => ({ type: "generate_ok", id: next() }),
  });
};

const idFlags = "-w unique-ids --rate 500 --nemesis kill --nemesis-interval 2";

// ------------------------------------------------------- sets of elements

/** How a set keeps its elements, and tells the others. */
type Spread = (node: Node, elements: unknown[], element: unknown) => void;

const news = message("element", { element: json });

/** The same node for `broadcast` and `g-set`. */
const gathering = (
  workload: "broadcast" | "g-set",
  spread: Spread,
  show: (elements: unknown[], node: Node) => unknown[] = (all) => all,
): Program =>
(node) => {
  const elements: unknown[] = [];
  node.on(news, ({ element }): void => {
    elements.push(element);
  });
  const add = (element: unknown) => {
    elements.push(element);
    spread(node, elements, element);
  };
  if (workload === "broadcast") {
    node.serve("broadcast", {
      topology: () => ({ type: "topology_ok" }),
      broadcast({ message }) {
        add(message);
        return { type: "broadcast_ok" };
      },
      read: () => ({ type: "read_ok", messages: show(elements, node) }),
    });
  } else {
    node.serve("g-set", {
      add({ element }) {
        add(element);
        return { type: "add_ok" };
      },
      read: () => ({ type: "read_ok", value: show(elements, node) }),
    });
  }
};

const tellOnce: Spread = (node, _, element) => {
  for (const peer of node.peers) node.send(peer, news({ element }));
};

const keepToOneself: Spread = () => {};

/** Nobody ever tells the first node. */
const forgetTheFirst: Spread = (node, _, element) => {
  for (const peer of node.peers) {
    if (peer !== node.ids[0]) node.send(peer, news({ element }));
  }
};

/** Shows what may come next. */
const foresee = (elements: unknown[]) => [
  ...distinct(elements),
  10 + elements.reduce((max: number, it) => Math.max(max, Number(it)), 0),
];

const distinct = (elements: readonly unknown[]) => [...new Set(elements)];

const whole = message("all", { all: array(json) });

/** Sends the whole set now and then: slow, and right. */
function gSet(node: Node): void {
  const elements = new Set<unknown>();
  node.on(whole, ({ all }) => {
    for (const element of all) elements.add(element);
  });
  node.onInit(() => {
    node.every(500, () => {
      for (const peer of node.peers) {
        node.send(peer, whole({ all: [...elements] }));
      }
    });
  });
  node.serve("g-set", {
    add({ element }) {
      elements.add(element);
      return { type: "add_ok" };
    },
    read: () => ({ type: "read_ok", value: [...elements] }),
  });
}

/** Adds elements, shows them, and forgets the older ones. */
const shortMemory = (elements: unknown[]) => distinct(elements).slice(-20);

// ---------------------------------------------------------------- counters

const added = message("delta", { delta: integer }, {});

/** Keeps a sum, and tells the others of each add. */
const counting = (
  workload: "g-counter" | "pn-counter",
  tell: (node: Node, delta: number) => void,
  apply: (sum: number, delta: number) => number = (sum, delta) => sum + delta,
): Program =>
(node) => {
  let sum = 0;
  node.on(added, ({ delta }) => {
    sum = apply(sum, delta);
    return { type: "delta_ok" };
  });
  node.serve(workload, {
    add({ delta }) {
      sum = apply(sum, delta);
      tell(node, delta);
      return { type: "add_ok" };
    },
    read: () => ({ type: "read_ok", value: sum }),
  });
};

const sendOnce = (node: Node, delta: number) => {
  for (const peer of node.peers) node.send(peer, added({ delta }));
};

/** Again until there is an answer: also when only the answer was lost. */
const sendAgain = (node: Node, delta: number) => {
  for (const peer of node.peers) {
    node.retry(peer, added({ delta })).catch(() => {});
  }
};

const sendNobody = () => {};

/** One sum for all, in a store whose reads may be stale. */
function sharedSum(node: Node): void {
  node.serve("g-counter", {
    async add({ delta }) {
      await node.seqKv.update("sum", (sum) => Number(sum) + delta, 0);
      return { type: "add_ok" };
    },
    async read() {
      const value = Number(await node.seqKv.readOr("sum", 0));
      return { type: "read_ok", value };
    },
  });
}

const loss = "--p-loss 0.1";
const cut = "--nemesis partition --nemesis-interval 2";

const cases: readonly Case[] = [
  {
    name: "echo that shortens",
    flags: echoFlags,
    broken: echoing((payload) => String(payload).slice(0, 8)),
    finding: /echo: sent "Please echo \d+" to n\d, but received .*"Please e"/,
    twin: echo,
  },
  {
    name: "echo that is one late",
    flags: echoFlags,
    broken: late,
    finding: /echo: sent "Please echo \d+" to n\d, but received/,
    twin: echo,
  },
  {
    name: "ids by the clock",
    flags: idFlags,
    broken: generating((node) => () => Math.floor(node.now())),
    finding: /the id \d+ was given out \d+ times, by op \d+/,
    twin: uniqueIds,
  },
  {
    name: "ids by chance, too short",
    flags: idFlags,
    broken: generating((node) => () => Math.floor(node.random() * 10_000)),
    finding: /the id \d+ was given out 2 times/,
    twin: uniqueIds,
  },
  {
    name: "ids counted from 0 in each life",
    flags: idFlags,
    broken: generating((node) => {
      let count = 0;
      return () => `${node.id}-${count++}`;
    }),
    finding: /the id "n\d-\d+" was given out \d+ times/,
    twin: uniqueIds,
  },
  {
    name: "a value told once, and lost",
    flags: `-w broadcast --rate 20 ${loss}`,
    broken: forgetful,
    finding: /set: \d+ is lost\. It was known at op \d+/,
    twin: broadcast,
  },
  {
    name: "a value told once, into a partition",
    flags: `-w broadcast --rate 20 ${cut}`,
    broken: forgetful,
    finding: /set: \d+ is lost/,
    twin: broadcast,
  },
  {
    name: "a value told nobody",
    flags: "-w broadcast --rate 20",
    broken: gathering("broadcast", keepToOneself),
    finding: /set: \d+ is lost/,
    twin: broadcast,
  },
  {
    name: "a value that comes twice and stays twice",
    flags: "-w broadcast --rate 20 --p-duplicate 0.2",
    broken: forgetful,
    finding: /set: \d+ stands [23] times in one read/,
    twin: broadcast,
  },
  {
    name: "a node that nobody tells",
    flags: "-w broadcast --rate 20",
    broken: gathering("broadcast", forgetTheFirst),
    finding: /set: the final read .*misses \d+ of the elements.*known at op/,
    twin: forgetful,
  },
  {
    name: "a value that nobody sent",
    flags: "-w broadcast --rate 20",
    broken: gathering("broadcast", tellOnce, foresee),
    finding: /set: the read .* shows \d+, which nobody had sent/,
    twin: forgetful,
  },
  {
    name: "a set that nobody tells one node of",
    flags: "-w g-set --rate 20",
    broken: gathering("g-set", forgetTheFirst),
    finding: /set: the final read .*misses \d+ of the elements.*known at op/,
    twin: gathering("g-set", tellOnce),
  },
  {
    name: "values that are forgotten after a while",
    flags: "-w broadcast --rate 20",
    broken: gathering("broadcast", tellOnce, shortMemory),
    finding: /set: \d+ is lost.*last seen by the read that began at op \d+/,
    twin: broadcast,
  },
  {
    name: "a set that each node keeps to itself",
    flags: `-w g-set --rate 20 ${cut}`,
    broken: gathering("g-set", keepToOneself),
    finding: /set: \d+ is lost/,
    twin: gSet,
  },
  {
    name: "a set with repetitions",
    flags: "-w g-set --rate 20 --p-duplicate 0.2",
    broken: gathering("g-set", tellOnce),
    finding: /set: \d+ stands [23] times in one read/,
    twin: gSet,
  },
  {
    name: "a counter that adds again when the answer is lost",
    flags: `-w g-counter --rate 20 ${loss}`,
    broken: counting("g-counter", sendAgain),
    finding: /the final read at op \d+ .* the acknowledged adds sum up to \d+/,
    twin: counter,
  },
  {
    name: "a counter that tells once, into a partition",
    flags: `-w g-counter --rate 20 ${cut}`,
    broken: counting("g-counter", sendOnce),
    finding: /the final read at op \d+/,
    twin: counter,
  },
  {
    name: "a counter that dies with its node",
    flags: "-w g-counter --rate 20 --nemesis kill --nemesis-interval 2",
    broken: counting("g-counter", sendOnce),
    finding: /the final read at op \d+/,
    twin: counter,
  },
  {
    name: "a counter that tells nobody",
    flags: "-w g-counter --rate 100",
    broken: counting("g-counter", sendNobody),
    finding: /the final read at op \d+/,
    twin: counter,
  },
  {
    name: "a counter that reads stale values from seq-kv",
    flags: "-w g-counter --rate 100",
    broken: sharedSum,
    finding: /the final read at op \d+/,
    twin: counter,
  },
  {
    name: "a counter that only goes up",
    flags: "-w pn-counter --rate 20",
    broken: counting(
      "pn-counter",
      sendOnce,
      (sum, delta) => Math.max(sum, sum + delta),
    ),
    finding: /the final read at op \d+/,
    twin: counter,
  },
];

for (const { name, flags, broken, finding, twin } of cases) {
  Deno.test(`broken: ${name}, is caught`, async () => {
    const said: string[] = [];
    for (let seed = 0; seed < SEEDS; seed++) {
      const { valid, text } = await explanation(broken, flags, seed);
      if (valid === false) said.push(text);
    }
    assert.match(said.join("\n"), finding);
  });

  Deno.test(`correct: the twin of ${name}, passes`, async () => {
    for (let seed = 0; seed < SEEDS; seed++) {
      const { valid, text } = await explanation(twin, flags, seed);
      assert.equal(valid, true, text);
    }
  });
}
