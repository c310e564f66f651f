import assert from "node:assert/strict";
import {
  type Body,
  ErrorCode,
  integer,
  isCode,
  type KV,
  message,
  type Node,
} from "../../lib/maelstrom.ts";
import { TestCluster } from "../../workbench/testing.ts";

/** A node whose handler of `ask` does what a test wants of a service. */
function asking(ask: (node: Node) => Promise<unknown>) {
  return (node: Node) => {
    node.on(message("ask", {}, {}), () => {
      return ask(node).then(
        (value) => ({ type: "ask_ok" as const, value }),
        (error) => ({
          type: "ask_ok" as const,
          error: `${error}`,
          code: error.code,
        }),
      );
    });
  };
}

interface Answer extends Body {
  readonly took: number;
}

/** What a node gets from a service, in how many ms. */
async function answerOf(
  ask: (node: Node) => Promise<unknown>,
  set: (lab: TestCluster) => void = () => {},
  latency = 10,
): Promise<Answer> {
  const lab = new TestCluster(asking(ask), { nodes: 1, latency });
  await lab.ready();
  const write = { type: "write", key: "n", value: 7 };
  await lab.request("lin-kv", write).first();
  set(lab);
  const start = lab.now();
  const reply = await lab.request("n0", { type: "ask" }).first();
  assert.ok(reply, "no answer in 5 s");
  return { ...reply, took: lab.now() - start };
}

/** Cuts the first replies of lin-kv. */
const loses = (count: number) => (lab: TestCluster) => {
  lab.isLost = (src) => src === "lin-kv" && count-- > 0;
};
const retry = { retry: true };

Deno.test("kv: without retry a lost answer is a timeout", async () => {
  const { code } = await answerOf(({ linKv }) => linKv.read("n"), loses(1));
  assert.equal(code, ErrorCode.timeout);
});

Deno.test("kv: with retry the next try goes out when an answer usually has come", async () => {
  const answer = await answerOf(
    ({ linKv }) => linKv.read("n", integer, retry),
    loses(1),
  );
  assert.equal(answer.value, 7);
  assert.ok(answer.took <= 130, `${answer.took} ms`);
});

Deno.test("kv: retry learns how long answers take, a little from each", async () => {
  let before = 0, after = 0;
  await answerOf(async ({ linKv }) => {
    before = linKv.usualDelay;
    for (let i = 0; i < 40; i++) await linKv.read("n", integer, retry);
    after = linKv.usualDelay;
  });
  assert.ok(before === 100 && after > 60 && after < 62, `${before}, ${after}`);
});

Deno.test("kv: a slow service is asked more often, and its first answer counts", async () => {
  const lab = new TestCluster(
    asking(({ linKv }) => linKv.read("n", integer, retry)),
    {
      nodes: 1,
      latency: 500,
    },
  );
  await lab.ready();
  await lab.request("lin-kv", { type: "write", key: "n", value: 7 }).first();
  const before = lab.journal.stats(0).servers.sendCount;
  const start = lab.now();
  const reply = await lab.request("n0", { type: "ask" }).first();
  assert.equal(reply?.value, 7);
  assert.equal(lab.now() - start, 1000);
  assert.ok(
    lab.journal.stats(0).servers.sendCount - before <= 20,
    `${lab.journal.stats(0).servers.sendCount - before}`,
  );
});

Deno.test("kv: a dead service costs 35 requests in 10 s, then one a second", async () => {
  const sent: number[] = [];
  const lab = new TestCluster(
    asking(({ linKv }) => linKv.read("n", integer, retry)),
    {
      nodes: 1,
    },
  );
  lab.isLost = (_src, dest) => {
    if (dest === "lin-kv") sent.push(lab.now());
    return true;
  };
  await lab.ready();
  lab.request("n0", { type: "ask" });
  await lab.pass(10_000);
  assert.ok(sent.length <= 35, `${sent.length}`);
  const before = sent.length;
  await lab.pass(100_000);
  const rest = sent.length - before;
  assert.ok(rest >= 95 && rest <= 105, `${rest}`);
});

Deno.test("kv: a signal ends the retry of a service that is silent", async () => {
  const answer = await answerOf((node) => {
    const controller = new AbortController();
    node.after(300, () => controller.abort(new Error("enough")));
    const { signal } = controller;
    return node.linKv.read("n", integer, { retry: true, signal });
  }, loses(Infinity));
  assert.match(`${answer.error}`, /enough/);
  assert.equal(answer.took, 300);
});

const missing: readonly [string, number, (kv: KV) => Promise<unknown>][] = [
  ["no such key", 20, (kv) => kv.read("none", integer, retry)],
  ["another value", 22, (kv) => kv.cas("n", 1, 2, retry)],
  ["nothing to set", 20, (kv) => kv.cas("none", 1, 2, retry)],
];
for (const [name, code, ask] of missing) {
  Deno.test(`kv: retry ends with a definite error: ${name}`, async () => {
    const answer = await answerOf(({ linKv }) => ask(linKv));
    assert.equal(answer.code, code, `${answer.error}`);
    assert.equal(answer.took, 20);
  });
}

Deno.test("kv: a compare-and-set that is tried again meets its own effect", async () => {
  const { code } = await answerOf(
    ({ linKv }) => linKv.cas("n", 7, 8, retry),
    loses(1),
  );
  assert.equal(code, ErrorCode.preconditionFailed);
});

Deno.test("kv: update never tries its compare-and-set again", async () => {
  const answer = await answerOf(async ({ linKv }) => {
    const options: { retry: boolean; timeout: number } = {
      retry: true,
      timeout: 500,
    };
    const update = linKv.update("n", (n) => n + 1, 0, integer, options);
    const error = await update.catch((error) => error);
    assert.ok(isCode(error, ErrorCode.timeout), `${error}`);
    return linKv.read("n");
  }, (lab) => {
    let replies = 0;
    lab.isLost = (src) => src === "lin-kv" && ++replies === 2;
  });
  assert.equal(answer.value, 8, `${answer.error}`);
});

Deno.test("kv: a value of another shape is an error that names key and value", async () => {
  const write = (node: Node) => node.linKv.write("sum", { n: [2n ** 60n] });
  const text = 'sum in lin-kv is {"n":[1152921504606846976]}, ' +
    "expected integer: it is not this program's, or of another version of it";
  for (const with_ of [{}, retry]) {
    const read = await answerOf(async (node) => {
      await write(node);
      return node.linKv.read("sum", integer, with_);
    });
    assert.equal(read.error, `TypeError: ${text}`);
    const readOr = await answerOf(async (node) => {
      await write(node);
      return node.linKv.readOr("sum", 0, integer, with_);
    });
    assert.equal(readOr.error, `TypeError: ${text}`);
  }
});

Deno.test("kv: a key that does not exist has its default, of any type", async () => {
  const answer = await answerOf(async ({ linKv }) => {
    const none: number | undefined = await linKv.readOr(
      "none",
      undefined,
      integer,
      retry,
    );
    return [none === undefined, await linKv.readOr("n", 0, integer)];
  });
  assert.deepEqual(answer.value, [true, 7]);
});

Deno.test("lib: timestamps are asked for until one is told", async () => {
  const answer = await answerOf(async (node) => {
    const stamps = [];
    for (let i = 0; i < 3; i++) stamps.push(await node.timestamp());
    return stamps;
  }, (lab) => {
    let left = 2;
    lab.isLost = (src) => src === "lin-tso" && left-- > 0;
  });
  const [a, b, c] = answer.value as number[];
  assert.ok(a < b && b < c, `${answer.value}`);
});
