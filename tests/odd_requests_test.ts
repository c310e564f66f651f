/**
 * No request, however odd, breaks a script: arbitrary JSON goes to every handler,
 * of clients' and of peers' messages alike, and then normal requests must get
 * right answers on all nodes. What was acknowledged must be there as it was sent.
 *
 * A peer is the same program: what it sends has the right form, or none at all.
 * Well-formed lies are not among the faults that a script promises to bear.
 */
import fc from "fast-check";
import assert from "node:assert/strict";
import gSet from "../beyond/g_set.ts";
import broadcast from "../broadcast.ts";
import counter from "../counter.ts";
import echo from "../echo.ts";
import kafka from "../kafka.ts";
import {
  type Body,
  exactSum,
  parseMessage,
  type Program,
  type Shape,
  type Workload,
  workloads,
} from "../lib/maelstrom.ts";
import txn from "../txn.ts";
import uniqueIds from "../unique_ids.ts";
import { copyJson, stringifyJson } from "../workbench/json.ts";
import { TestCluster } from "../workbench/testing.ts";

// ------------------------------------------------------------------- odd JSON

const leaves = [
  ...["null", "true", "0", "1", "-0", "-1", "7", "0.5", "2.0", "-1.5"],
  ...["9007199254740991", "9007199254740992", "9007199254740993"],
  ...["-9007199254740993", "123456789012345678901234567890"],
  ...["4294967296", "1e20", "1e300", "1e999", "-1e999", "5e-324"],
  ...['""', '"k"', '"n0"', '"r"', '"w"', '"__proto__"', '"constructor"'],
  ...['"\\ud800"', '"\\u0000"', '"ż🐢"', '"1"'],
];
const keys = ['"a"', '"k"', '"n0"', '"1"', '"__proto__"', '"constructor"'];
const deep = [100, 199, 499, 600, 1200].flatMap((depth) => [
  "[".repeat(depth) + "]".repeat(depth),
  '{"a":'.repeat(depth) + "1" + "}".repeat(depth),
]);

/** JSON as text: some of it no value in JavaScript stands for. */
const { anything } = fc.letrec<{ anything: string; key: string }>((tie) => ({
  key: fc.oneof(
    fc.constantFrom(...keys, '"\\ud800"', '"toString"'),
    fc.string().map((text) => JSON.stringify(text)),
  ),
  anything: fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...leaves) },
    { weight: 1, arbitrary: fc.double().map((n) => JSON.stringify(n)) },
    { weight: 1, arbitrary: fc.bigInt().map((n) => `${n}`) },
    { weight: 1, arbitrary: fc.constantFrom(...deep) },
    {
      weight: 2,
      arbitrary: fc.array(tie("anything"), { maxLength: 3 })
        .map((items) => `[${items}]`),
    },
    {
      weight: 2,
      arbitrary: fc.array(fc.tuple(tie("key"), tie("anything")), {
        maxLength: 3,
      }).map((fields) => `{${fields.map(([k, v]) => `${k}:${v}`)}}`),
    },
  ),
}));

/** What a field may be so that the request has a chance. */
const likely: Readonly<Record<string, fc.Arbitrary<string>>> = {
  delta: fc.constantFrom("1", "-5", "9007199254740991", "9007199254740993"),
  key: fc.constantFrom(...keys),
  keys: fc.array(fc.constantFrom(...keys)).map((all) => `[${all}]`),
  offsets: fc.array(
    fc.tuple(fc.constantFrom(...keys), fc.constantFrom("0", "1", ...leaves)),
    { maxLength: 2 },
  ).map((all) => `{${all.map(([key, offset]) => `${key}:${offset}`)}}`),
  topology: fc.constant('{"n0":["n1"]}'),
  txn: fc.array(
    fc.tuple(fc.constantFrom('"r"', '"w"'), anything, anything)
      .map((op) => `[${op}]`),
    { maxLength: 3 },
  ).map((ops) => `[${ops}]`),
};

/** A request as the text of a body without its end and `msg_id`. */
function requestOf(type: string, { fields = [] }: Shape<unknown>) {
  const values = fields.map((field) =>
    fc.option(
      fc.oneof(
        { weight: 3, arbitrary: likely[field] ?? anything },
        { weight: 1, arbitrary: anything },
      ),
      { freq: 15 },
    )
  );
  return fc.tuple(fc.tuple(...values), fc.option(anything)).map(
    ([values, extra]) => {
      const texts = [`{"type":"${type}"`];
      values.forEach((value, i) => {
        if (value !== null) texts.push(`"${fields[i]}":${value}`);
      });
      if (extra !== null) texts.push(`"extra":${extra}`);
      return texts.join();
    },
  );
}

/** What no field of a peer's message ever is. */
const never = fc.constantFrom(
  ...["null", "true", "0.5", "1e300", "1e999", "18014398509481985"],
  ...['{"__proto__":null}', "[[[null]]]", deep[8], deep[9]],
);

type Step =
  | { readonly do: "ask"; readonly body: string }
  /** The n-th message between nodes so far, with one field that is odd. */
  | {
    readonly do: "tell";
    readonly n: number;
    readonly field: number;
    readonly value: string | null;
  }
  /** A message that nodes send each other, from nothing. */
  | { readonly do: "invent"; readonly n: number; readonly body: string }
  | { readonly do: "pass"; readonly ms: number };

function steps(workload: Workload) {
  const requests = Object.entries(workloads[workload]).map(([type, rpc]) =>
    requestOf(type, rpc.request)
  );
  const step: fc.Arbitrary<Step> = fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        do: fc.constant("ask"),
        body: fc.oneof(...requests),
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        do: fc.constant("tell"),
        n: fc.nat(),
        field: fc.nat(),
        value: fc.option(never),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        do: fc.constant("invent"),
        n: fc.nat(),
        body: anything.map((value) => `"x":${value},"msg_id":1`),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({ do: fc.constant("pass"), ms: fc.nat(500) }),
    },
  );
  return fc.array(fc.tuple(fc.nat(2), step), {
    minLength: 10,
    maxLength: 40,
  });
}

// -------------------------------------------------------------------- cluster

interface Exchange {
  readonly request: Body;
  readonly replies: readonly Body[];
}

class Cluster extends TestCluster {
  readonly odd: Exchange[] = [];

  constructor(program: Program, args: readonly string[]) {
    super(program, { nodes: 3, args });
  }

  /** Sends what an odd client says. */
  ask(id: string, text: string): void {
    const { replies } = this.request(id, `${text}}`, "c9");
    const { body } = parseMessage(
      `{"src":"c9","dest":"${id}","body":${text}}}`,
    );
    this.odd.push({ request: body, replies });
  }

  /** Messages that nodes send each other, requests and others. */
  spoken(): Body[] {
    return this.journal.events.flatMap(({ type, packet }) =>
      type === "send" && packet.src.startsWith("n") &&
        packet.dest.startsWith("n") && !("in_reply_to" in packet.copyBody())
        ? [packet.copyBody()]
        : []
    );
  }

  perform(id: string, step: Step): void {
    const src = this.ids[(this.ids.indexOf(id) + 1) % this.ids.length];
    if (step.do === "ask") return this.ask(id, step.body);
    if (step.do === "pass") return;
    const spoken = this.spoken();
    if (spoken.length === 0) return;
    const body = spoken[step.n % spoken.length];
    if (step.do === "invent") {
      const text = `{"type":"${body.type}",${step.body}}`;
      return this.send(src, id, text);
    }
    const fields = Object.keys(body).filter((field) => field !== "type");
    const odd = fields[step.field % fields.length];
    const text = Object.entries(body).flatMap(([field, value]) => {
      const said = field === odd ? step.value : stringifyJson(value);
      return said === null ? [] : [`${JSON.stringify(field)}:${said}`];
    });
    this.send(src, id, `{${text}}`);
  }

  /** A normal request; its reply must come. */
  async get(id: string, body: Body): Promise<Body> {
    const { replies } = this.request(id, body);
    for (let i = 0; i < 100 && replies.length === 0; i++) await this.pass(50);
    assert.equal(replies.length, 1, `${id} does not answer ${body.type}`);
    assert.equal(replies[0].type, `${body.type}_ok`, stringifyJson(replies[0]));
    return copyJson(replies[0]);
  }

  all(body: Body): Promise<Body[]> {
    return Promise.all(this.ids.map((id) => this.get(id, body)));
  }
}

/** The same for equal values, and what no JSON stands for is no JSON. */
function textOf(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value !== "object" || value === null) return `${value}`;
  if (Array.isArray(value)) return `[${value.map(textOf)}]`;
  const fields = Object.entries(value).map(([key, item]) =>
    `${JSON.stringify(key)}:${textOf(item)}`
  );
  return `{${fields.sort()}}`;
}

function assertAlike(all: readonly unknown[], what: string): void {
  for (const one of all) {
    assert.equal(textOf(one), textOf(all[0]), what);
  }
}

/** Odd requests of a type that were acknowledged. */
const acknowledged = (it: Cluster, type: string) =>
  it.odd.filter(({ request, replies }) =>
    request.type === type &&
    replies.some((reply) => reply.type === `${type}_ok`)
  );

// ---------------------------------------------------------------------- tests

interface Case {
  readonly name: string;
  readonly workload: Workload;
  readonly program: Program;
  readonly args?: readonly string[];
  /** Normal requests, right after the start, so that nodes speak. */
  warmUp?(it: Cluster): Promise<void>;
  /** Normal requests, and whether they are answered rightly. */
  check(it: Cluster): Promise<void>;
}

async function checkBroadcast(it: Cluster): Promise<void> {
  const own = it.ids.map((id) => `value of ${id}`);
  await Promise.all(
    it.ids.map((id, i) => it.get(id, { type: "broadcast", message: own[i] })),
  );
  await it.pass(15_000);
  const reads = await it.all({ type: "read" });
  const texts = reads.map(({ messages }) => {
    assert.ok(Array.isArray(messages));
    return messages.map(textOf).sort();
  });
  assertAlike(texts, "nodes know different values");
  const odd = acknowledged(it, "broadcast").map(({ request }) =>
    request.message
  );
  for (const value of [...own, ...odd]) {
    assert.ok(
      texts[0].includes(textOf(value)),
      `lost ${textOf(value)}`,
    );
  }
}

const cases: readonly Case[] = [
  {
    name: "echo",
    workload: "echo",
    program: echo,
    async check(it) {
      for (const { request, replies } of acknowledged(it, "echo")) {
        assert.equal(
          textOf(replies[0].echo),
          textOf(request.echo),
        );
      }
      const all = await it.all({ type: "echo", echo: { a: [1] } });
      for (const { echo } of all) assert.deepEqual(echo, { a: [1] });
    },
  },
  {
    name: "unique_ids",
    workload: "unique-ids",
    program: uniqueIds,
    async check(it) {
      const odd = acknowledged(it, "generate").map(({ replies }) => replies[0]);
      const ids = [...odd, ...await it.all({ type: "generate" })]
        .map(({ id }) => id);
      assert.equal(new Set(ids).size, ids.length);
      assert.ok(ids.every((id) => typeof id === "string"));
    },
  },
  ...[[], ["--max-wait", "0"], ["--durable"]].map((args): Case => ({
    name: ["broadcast", ...args].join(" "),
    workload: "broadcast",
    program: broadcast,
    args,
    async warmUp(it) {
      await it.all({ type: "broadcast", message: "first" });
    },
    check: checkBroadcast,
  })),
  {
    name: "g_set",
    workload: "g-set",
    program: gSet,
    async warmUp(it) {
      await it.all({ type: "add", element: "first" });
    },
    async check(it) {
      const own = it.ids.map((id) => `element of ${id}`);
      await Promise.all(
        it.ids.map((id, i) => it.get(id, { type: "add", element: own[i] })),
      );
      await it.pass(15_000);
      const odd = acknowledged(it, "add").map(({ request }) => request.element);
      // What `never` has of a well-formed state: a peer is believed.
      const others = (texts: readonly string[]) =>
        texts.filter((it) => it !== "[[null]]").sort();
      const expected = new Set(["first", ...own, ...odd].map(textOf));
      const reads = await it.all({ type: "read" });
      const texts = reads.map(({ value }) => {
        assert.ok(Array.isArray(value));
        return value.map(textOf).sort();
      });
      assertAlike(texts, "nodes have different elements");
      assert.deepEqual(
        others(texts[0]),
        others([...expected]),
        "an element is lost, made up, or there twice",
      );
    },
  },
  {
    name: "counter",
    workload: "g-counter",
    program: counter,
    async warmUp(it) {
      await it.all({ type: "add", delta: 1 });
    },
    async check(it) {
      await it.all({ type: "add", delta: 5 });
      await it.pass(15_000);
      const odd = acknowledged(it, "add").map(({ request }) =>
        Number(request.delta)
      );
      const reads = await it.all({ type: "read" });
      const sum = exactSum([3, 15, ...odd]);
      for (const { value } of reads) assert.equal(value, sum);
    },
  },
  {
    name: "kafka",
    workload: "kafka",
    program: kafka,
    async warmUp(it) {
      await it.all({ type: "send", key: "first", msg: 1 });
      await it.all({ type: "commit_offsets", offsets: { first: 1 } });
    },
    async check(it) {
      const sent = await it.all({ type: "send", key: "last", msg: "m" });
      assert.deepEqual(sent.map(({ offset }) => offset).sort(), [0, 1, 2]);
      await it.get("n1", { type: "commit_offsets", offsets: { last: 1 } });
      await it.pass(15_000);
      const polls = await it.all({ type: "poll", offsets: { last: 0 } });
      for (const { msgs } of polls) {
        assert.deepEqual(msgs, { last: [[0, "m"], [1, "m"], [2, "m"]] });
      }
      const commits = await it.all({
        type: "list_committed_offsets",
        keys: ["first", "last"],
      });
      for (const { offsets } of commits) {
        assert.deepEqual(offsets, { first: 1, last: 1 });
      }
      for (const { replies } of acknowledged(it, "poll")) {
        for (const all of Object.values(replies[0].msgs ?? {})) {
          assert.ok(all.every(([offset]: [number]) => offset >= 0));
        }
      }
      for (const { request, replies } of acknowledged(it, "send")) {
        const key = String(request.key);
        const from = Number(replies[0].offset);
        const offsets = JSON.parse(`{${JSON.stringify(key)}:${from}}`);
        for (const { msgs } of await it.all({ type: "poll", offsets })) {
          const got = Object.entries(msgs ?? {}).map((
            [of, all],
          ) => [of, all[0]]);
          assert.equal(
            textOf(got),
            textOf([[key, [from, request.msg]]]),
          );
        }
      }
    },
  },
  {
    name: "txn",
    workload: "txn-rw-register",
    program: txn,
    async warmUp(it) {
      await it.all({ type: "txn", txn: [["w", "first", 1]] });
    },
    async check(it) {
      await Promise.all(
        it.ids.map((id) =>
          it.get(id, { type: "txn", txn: [["w", id, `by ${id}`]] })
        ),
      );
      await it.pass(5000);
      const keys: unknown[] = ["first", ...it.ids, 1, null, "k", "__proto__"];
      const reads = await it.all({
        type: "txn",
        txn: keys.map((key) => ["r", key, null]),
      });
      assertAlike(reads.map(({ txn }) => txn), "nodes differ");
      const [{ txn }] = reads;
      assert.ok(Array.isArray(txn));
      assert.deepEqual(txn.slice(0, 4).map(([, , value]) => value), [
        1,
        ...it.ids.map((id) => `by ${id}`),
      ]);
    },
  },
];

for (const { name, workload, program, args = [], warmUp, check } of cases) {
  Deno.test(`odd requests: nothing that anyone says breaks ${name}`, async () => {
    await fc.assert(
      fc.asyncProperty(steps(workload), async (steps) => {
        const it = new Cluster(program, args);
        await it.pass(1000);
        await warmUp?.(it);
        for (const [n, step] of steps) {
          it.perform(it.ids[n], step);
          await it.pass(step.do === "pass" ? step.ms : 1);
        }
        await it.pass(1000);
        await check(it);
      }),
      { numRuns: 40, seed: 12 },
    );
  });
}
