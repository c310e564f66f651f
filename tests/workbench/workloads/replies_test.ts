/** Which replies the workbench takes: those that Maelstrom's schemas take. */
import assert from "node:assert/strict";
import {
  array,
  ErrorCode,
  type Handlers,
  json,
  message,
  type Node,
  type Program,
  type Reply,
  RpcError,
  string,
  tuple,
  type Workload,
  workloads,
} from "../../../lib/maelstrom.ts";
import { parseTestOptions } from "../../../workbench/cli/options.ts";
import { simulate } from "../../../workbench/run.ts";

function taken(workload: Workload, type: string, reply: unknown): boolean {
  const rpcs = new Map(Object.entries(workloads[workload]));
  return rpcs.get(type)?.reply.test(reply) === true;
}

for (
  const [workload, type, replies] of [
    ["broadcast", "read", [{ messages: null }]],
    ["g-set", "read", [{ value: null }]],
    ["unique-ids", "generate", [{ id: null }]],
    ["lin-kv", "read", [{ value: null }]],
    ["kafka", "poll", [{ msgs: { k: null } }, { msgs: { k: [[0, null]] } }]],
    ["txn-list-append", "txn", [{ txn: null }, { txn: [["r", 1, null]] }]],
    ["txn-rw-register", "txn", [{ txn: null }, { txn: [["r", 1, null]] }]],
  ] as const
) {
  Deno.test(`replies: ${workload}, ${type} may have null where Maelstrom takes nil`, () => {
    for (const reply of replies) {
      assert.ok(taken(workload, type, reply), JSON.stringify(reply));
    }
  });
}

for (
  const [workload, type, replies] of [
    ["g-counter", "read", [{ value: null }]],
    ["pn-counter", "read", [{ value: null }]],
    ["kafka", "send", [{ offset: null }]],
    ["kafka", "poll", [
      { msgs: null },
      { msgs: { k: [null] } },
      { msgs: { k: [[null, 1]] } },
      { msgs: { k: [[0]] } },
    ]],
    ["kafka", "list_committed_offsets", [
      { offsets: null },
      { offsets: { k: null } },
    ]],
    ["txn-list-append", "txn", [{ txn: [null] }, { txn: [["r", 1]] }]],
  ] as const
) {
  Deno.test(`replies: ${workload}, ${type} may not have null where a map or an integer is due`, () => {
    for (const reply of replies) {
      assert.ok(!taken(workload, type, reply), JSON.stringify(reply));
    }
  });
}

// ------------------------------------------- nodes with null for empty lists

/** As Go encodes a slice that nothing was appended to. */
const nilIfEmpty = <T>(items: readonly T[]) =>
  items.length > 0 ? [...items] : null;

function broadcast(node: Node): void {
  const messages: unknown[] = [];
  node.serve("broadcast", {
    topology: () => ({ type: "topology_ok" }),
    broadcast({ message }) {
      messages.push(message);
      return { type: "broadcast_ok" };
    },
    read: () => ({ type: "read_ok", messages: nilIfEmpty(messages) }),
  });
}

function gSet(node: Node): void {
  const elements: unknown[] = [];
  node.serve("g-set", {
    add({ element }) {
      elements.push(element);
      return { type: "add_ok" };
    },
    read: () => ({ type: "read_ok", value: nilIfEmpty(elements) }),
  });
}

function kafka(node: Node): void {
  const logs = new Map<string, [number, unknown][]>();
  const committed = new Map<string, number>();
  node.serve("kafka", {
    send({ key, msg }) {
      const log = logs.getOrInsertComputed(key, () => []);
      log.push([log.length, msg]);
      return { type: "send_ok", offset: log.length - 1 };
    },
    poll: ({ offsets }) => ({
      type: "poll_ok",
      msgs: Object.fromEntries(
        Object.entries(offsets).map(([key, offset]) => [
          key,
          nilIfEmpty(logs.get(key)?.slice(offset, offset + 10) ?? []),
        ]),
      ),
    }),
    commit_offsets({ offsets }) {
      for (const [key, offset] of Object.entries(offsets)) {
        committed.set(key, Math.max(offset, committed.get(key) ?? offset));
      }
      return { type: "commit_offsets_ok" };
    },
    list_committed_offsets: ({ keys }) => ({
      type: "list_committed_offsets_ok",
      offsets: Object.fromEntries(
        keys.flatMap((key) => {
          const offset = committed.get(key);
          return offset === undefined ? [] : [[key, offset]];
        }),
      ),
    }),
  });
}

/** Empty lists are null on the one node, and [] on the other. */
function listAppend(node: Node): void {
  node.serve("txn-list-append", {
    async txn({ txn }) {
      const done: Exclude<
        Reply<"txn-list-append", "txn">["txn"],
        null
      > = [];
      await node.linKv.update("lists", (value) => {
        const lists = new Map(Array.isArray(value) ? value : []);
        done.length = 0;
        for (const [f, key, item] of txn) {
          const known = lists.get(key);
          const list: unknown[] = Array.isArray(known) ? known : [];
          if (f === "append") {
            lists.set(key, [...list, item]);
            done.push([f, key, item]);
          } else {
            const empty = node.id === node.ids[0] ? null : [];
            done.push([f, key, nilIfEmpty(list) ?? empty]);
          }
        }
        return [...lists];
      }, []);
      return { type: "txn_ok", txn: done };
    },
  });
}

const options = (flags: string) =>
  parseTestOptions(["--bin", "-", "--seed", "null", ...flags.split(" ")]);

for (
  const [flags, program] of [
    ["-w broadcast --node-count 1", broadcast],
    ["-w g-set --node-count 1", gSet],
    ["-w kafka --node-count 1 --rate 50", kafka],
    [
      "-w txn-list-append --node-count 2 --check-convergence --key-count 40",
      listAppend,
    ],
  ] as const satisfies [string, Program][]
) {
  Deno.test(`replies: null passes for an empty list, ${flags}`, async () => {
    const { valid, explanation } = await simulate(
      options(`--time-limit 5 ${flags}`),
      program,
    );
    assert.deepEqual(explanation, []);
    assert.equal(valid, true);
  });
}

Deno.test("replies: a set that is null at the end has lost its elements", async () => {
  const forgetful: Program = (node) =>
    node.serve("g-set", {
      add: () => ({ type: "add_ok" }),
      read: () => ({ type: "read_ok", value: null }),
    });
  const { valid, explanation } = await simulate(
    options("-w g-set --node-count 1 --time-limit 5"),
    forgetful,
  );
  assert.equal(valid, false);
  assert.match(explanation.join("\n"), /set: 0 is lost/);
});

// ------------------------------------------------------ integers and floats

/** A number as another language may write it: 2.0. */
const float = (n: number): number => {
  const { rawJSON } = JSON as typeof JSON & {
    rawJSON(text: string): number;
  };
  return rawJSON(`${n}.0`);
};

for (
  const [workload, program, finding] of [
    ["g-counter", (node) => {
      let sum = 0;
      node.serve("g-counter", {
        add({ delta }) {
          sum += delta;
          return { type: "add_ok" };
        },
        read: () => ({ type: "read_ok", value: float(sum) }),
      });
    }, /"value":\d+\.0.*\n.*value: integer/],
    ["kafka", (node) => {
      let last = 0;
      node.serve("kafka", {
        send: () => ({ type: "send_ok", offset: float(last++) }),
        poll: () => ({ type: "poll_ok", msgs: {} }),
        commit_offsets: () => ({ type: "commit_offsets_ok" }),
        list_committed_offsets: () => ({
          type: "list_committed_offsets_ok",
          offsets: {},
        }),
      });
    }, /"offset":\d+\.0.*\n.*offset: integer/],
    ["broadcast", (node) => {
      const messages: number[] = [];
      node.serve("broadcast", {
        topology: () => ({ type: "topology_ok" }),
        broadcast({ message }) {
          messages.push(float(Number(message)));
          return { type: "broadcast_ok" };
        },
        read: () => ({ type: "read_ok", messages }),
      });
    }, /set: 0 is lost/],
    ["g-set", (node) => {
      const value: number[] = [];
      node.serve("g-set", {
        add({ element }) {
          value.push(float(Number(element)));
          return { type: "add_ok" };
        },
        read: () => ({ type: "read_ok", value }),
      });
    }, /set: 0 is lost/],
    ["lin-kv", (node) => {
      const values = new Map<unknown, number>();
      node.serve("lin-kv", {
        read({ key }) {
          const value = values.get(key);
          return {
            type: "read_ok",
            value: value === undefined ? null : float(value),
          };
        },
        write({ key, value }) {
          values.set(key, Number(value));
          return { type: "write_ok" };
        },
        cas() {
          throw new RpcError(ErrorCode.preconditionFailed, "no");
        },
      });
    }, /\d\.0/],
    ["echo", (node) => {
      // The lib never answers so; other languages' numbers may.
      const request = message("echo", { echo: json, msg_id: json });
      node.on(request, ({ echo, msg_id }, { src }) => {
        const in_reply_to = float(Number(msg_id));
        node.send(src, { body: { type: "echo_ok", echo, in_reply_to } });
      });
    }, /no proper reply/],
  ] as const satisfies [string, Program, RegExp][]
) {
  Deno.test(`replies: 2.0 does not pass for 2, ${workload}`, async () => {
    const { valid, explanation } = await simulate(
      options(
        `-w ${workload} --node-count 1 --concurrency 2n --time-limit 5 --rate 20`,
      ),
      program,
    );
    assert.notEqual(valid, true);
    assert.match(explanation.join("\n"), finding);
  });
}

/** A log in each key, with offsets of any size. */
function distant(
  first: bigint,
  step: bigint,
  damage: (pairs: [bigint, unknown][]) => [bigint, unknown][] = (x) => x,
): Program {
  return (node) => {
    const logs = new Map<string, [bigint, unknown][]>();
    const committed = new Map<string, bigint>();
    const entries = (offsets: unknown) =>
      Object.entries(offsets ?? {}).map(([k, o]) => [k, BigInt(o)] as const);
    node.on(
      message("send", { key: json, msg: json }, { offset: json }),
      ({ key, msg }) => {
        const log = logs.getOrInsertComputed(`${key}`, () => []);
        const offset = first + step * BigInt(log.length);
        log.push([offset, msg]);
        return { type: "send_ok", offset };
      },
    );
    node.on(
      message("poll", { offsets: json }, { msgs: json }),
      ({ offsets }) => ({
        type: "poll_ok",
        msgs: Object.fromEntries(
          entries(offsets).map(([key, from]) => [
            key,
            damage(logs.get(key)?.filter(([o]) => o >= from) ?? []).slice(0, 5),
          ]),
        ),
      }),
    );
    node.on(message("commit_offsets", { offsets: json }, {}), ({ offsets }) => {
      for (const [key, offset] of entries(offsets)) {
        const old = committed.get(key) ?? offset;
        committed.set(key, old > offset ? old : offset);
      }
      return { type: "commit_offsets_ok" };
    });
    node.on(message("list_committed_offsets", {}, { offsets: json }), () => ({
      type: "list_committed_offsets_ok",
      offsets: Object.fromEntries(committed),
    }));
  };
}

for (
  const [first, step] of [
    [1_700_000_000_000_000_000n, 1000n],
    [1_700_000_000_000_000_000n, 1n],
    [2n ** 53n - 5n, 1n], // from numbers to bigints
    [2n ** 64n, 2n ** 70n],
  ]
) {
  const flags = "-w kafka --node-count 1 --concurrency 4 --time-limit 20 " +
    "--rate 50 --check-convergence";
  Deno.test(`replies: offsets from ${first} in steps of ${step} are exact`, async () => {
    const { valid, explanation, history } = await simulate(
      options(flags),
      distant(first, step),
    );
    assert.deepEqual(explanation, []);
    assert.equal(valid, true);
    assert.ok(history.length > 500);
  });

  Deno.test(`replies: an offset that is wrong by one is found, from ${first} in steps of ${step}`, async () => {
    const { valid, explanation } = await simulate(
      options(flags),
      distant(first, step, (pairs) => pairs.map(([o, m]) => [o + 1n, m])),
    );
    assert.equal(valid, false);
    assert.match(explanation.join("\n"), /duplicate|inconsistent-offsets/);
  });
}

// ------------------------------------------- replies that repeat their request

type Mop = [f: string, key: unknown, value: unknown];

/** Runs transactions, and answers what becomes of them by `change`. */
const transactional =
  (change: (answer: Mop[]) => unknown[], write: "w" | "append"): Program =>
  (node) => {
    const state = new Map<unknown, unknown>();
    const txn = array(tuple<Mop>(string, json, json));
    node.on(message("txn", { txn }, { txn: array(json) }), ({ txn }) => {
      const answer = txn.map(([f, key, value]): Mop => {
        const old = state.get(key) ?? null;
        if (f === "r") return [f, key, old];
        const list = Array.isArray(old) ? old : [];
        state.set(key, write === "w" ? value : [...list, value]);
        return [f, key, value];
      });
      return { type: "txn_ok", txn: change(answer) };
    });
  };

for (
  const [how, change, words] of [
    [
      "with a read as a write",
      (answer) => answer.map(([f, k, v]) => [f === "r" ? "append" : f, k, v]),
      /expected \["r", \d+, what was read\] as operation \d.*not \["append",/,
    ],
    [
      "without its reads",
      (answer) => answer.filter(([f]) => f !== "r"),
      /expected all \d operations that were asked for, in their places, not \d/,
    ],
    [
      "with other values written",
      (answer) =>
        answer.map(([f, k, v]) => [f, k, f === "r" ? v : Number(v) + 1000]),
      /expected \["append",\d+,\d+\] as operation \d.*not \["append",\d+,1\d\d\d\]/,
    ],
    [
      "in reverse",
      (answer) => answer.toReversed(),
      /as it was asked for, not/,
    ],
    [
      "with keys as strings",
      (answer) => answer.map(([f, k, v]) => [f, `${k}`, v]),
      /not \["\w+","\d+",/,
    ],
    ["with null", () => null, /expected all \d operations/],
  ] as const satisfies [string, (a: Mop[]) => unknown, RegExp][]
) {
  Deno.test(`replies: a transaction answered ${how} is told, with what was asked`, async () => {
    const { valid, explanation, workload } = await simulate(
      options("-w txn-list-append --node-count 1 --time-limit 10 --rate 20"),
      transactional((answer) => change(answer) as unknown[], "append"),
    );
    assert.equal(valid, false);
    assert.ok(workload.asMaelstrom);
    const text = explanation.join("\n");
    assert.match(text, /n0 answered \{"type":"txn","txn":\[\[/);
    assert.match(text, words);
    assert.doesNotMatch(text, /must be unique|nobody/);
  });
}

for (
  const [workload, write] of [["list-append", "append"], [
    "rw-register",
    "w",
  ]] as const
) {
  Deno.test(`replies: transactions that are answered as they were asked pass, ${workload}`, async () => {
    const { valid, explanation } = await simulate(
      options(`-w txn-${workload} --node-count 1 --time-limit 10 --rate 20`),
      transactional((answer) => answer, write),
    );
    assert.deepEqual(explanation, []);
    assert.equal(valid, true);
  });
}

Deno.test("replies: kafka may tell of keys that nobody asked for, as in Maelstrom", async () => {
  const talkative: Program = (node) => {
    const known = new Set<string>();
    const extra = <T>(value: T) =>
      Object.fromEntries([...known].map((key) => [key, value]));
    kafka({
      serve: (workload: "kafka", handlers: Handlers<"kafka">) =>
        node.serve(workload, {
          ...handlers,
          send(body, message) {
            known.add(body.key);
            return handlers.send(body, message);
          },
          async poll(body, message) {
            const reply = await handlers.poll(body, message);
            return reply &&
              { ...reply, msgs: { ...extra(null), ...reply.msgs } };
          },
          async list_committed_offsets(body, message) {
            const reply = await handlers.list_committed_offsets(body, message);
            return reply &&
              { ...reply, offsets: { unheard_of: 7, ...reply.offsets } };
          },
        }),
    } as unknown as Node);
  };
  const { valid, explanation } = await simulate(
    options("-w kafka --node-count 1 --time-limit 20 --rate 50"),
    talkative,
  );
  assert.deepEqual(explanation, []);
  assert.equal(valid, true);
});
