import assert from "node:assert/strict";
import broadcast from "../../../broadcast.ts";
import {
  array,
  integer,
  message,
  type Node,
  type Program,
} from "../../../lib/maelstrom.ts";
import { type RunDocument } from "../../../viewer/run/document.ts";
import { pack, unpack } from "../../../viewer/run/pack.ts";
import {
  mostTelling,
  slowest,
  spreadOfValues,
  type SpreadValue,
} from "../../../viewer/pictures/values.ts";
import forgetful from "../../nodes/forgetful.ts";
import { simulated } from "../simulated.ts";

const load = "-w broadcast --node-count 3 --rate 20 --time-limit 6 --seed 1";

const ofFate = (values: readonly SpreadValue[], ...fates: string[]) =>
  values.filter(({ fate }) => fates.includes(fate))
    .map(({ value }) => value).toSorted();

const faults: readonly [string, Program, string][] = [
  ["a right node in a partition", broadcast, "--nemesis partition"],
  ["a right node", broadcast, "--latency 50"],
  ["a node that tells once, with loss", forgetful, "--p-loss 0.2"],
  ["a node that tells once, killed", forgetful, "--nemesis kill"],
  ["values that nobody is told", keepToOneself, ""],
];

for (const [name, program, flags] of faults) {
  Deno.test(`values: fates are those that the checker found, of ${name}`, async () => {
    const { run, result } = await simulated(
      program,
      `${load} --nemesis-interval 2 ${flags}`.trim(),
    );
    const { values } = spreadOfValues(run);
    const { details = {} } = result.workload;
    const listed = (name: string) => {
      const list = details[name];
      assert(Array.isArray(list));
      return list.toSorted();
    };
    assert.equal(values.length, details.attemptCount);
    assert.deepEqual(ofFate(values, "lost"), listed("lost"));
    assert.deepEqual(ofFate(values, "missing"), listed("missing"));
    assert.deepEqual(ofFate(values, "unread", "refused"), listed("neverRead"));
    const stale = values.filter(({ fate, staleFor }) =>
      staleFor > 0 && (fate === "stale" || fate === "missing")
    );
    assert.deepEqual(
      stale.map(({ value }) => value).toSorted(),
      listed("stale"),
    );
  });
}

Deno.test("values: of a right run each node has each value, and messages tell when", async () => {
  const { run } = await simulated(broadcast, `${load} --latency 50`);
  const { values, hasArrivals } = spreadOfValues(run);
  assert(hasArrivals);
  for (const value of values) {
    assert(value.had.every((time) => time >= value.start), `${value.value}`);
    assert.deepEqual([...value.onlyRead], []);
    assert.deepEqual(value.lackedBy, []);
    assert(slowest(value) < 1000);
  }
});

Deno.test("values: a packed report, whose times are rounded, tells the same", async () => {
  const { run } = await simulated(
    broadcast,
    `${load} --node-count 9 --rate 100 --latency 100`,
  );
  const packed = spreadOfValues(await unpack(await pack(run))).values;
  spreadOfValues(run).values.forEach(({ had, onlyRead }, i) => {
    assert.deepEqual(packed[i].onlyRead, onlyRead);
    packed[i].had.forEach((time, node) =>
      assert(Math.abs(time - had[node]) < 0.01)
    );
  });
});

Deno.test("values: what a lost value's nodes never had is told", async () => {
  const { run } = await simulated(forgetful, `${load} --p-loss 0.2`);
  const { values } = spreadOfValues(run);
  const [first] = mostTelling(values);
  assert.equal(first.fate, "lost");
  assert(first.lackedBy.length > 0);
  for (const node of first.lackedBy) assert(Number.isNaN(first.had[node]));
  const { missedBy = -1 } = first;
  assert.equal(run.operations[missedBy].f, "read");
});

/** Its messages have numbers that are no values: a count of all that it sent. */
function counting(node: Node): void {
  const messages: number[] = [];
  let count = 0;
  node.on(news, ({ values }): void => {
    messages.push(...values);
  });
  node.serve("broadcast", {
    topology: () => ({ type: "topology_ok" }),
    read: () => ({ type: "read_ok", messages }),
    broadcast({ message }) {
      messages.push(Number(message));
      for (const peer of node.peers) {
        // n1 tells nobody, so what it counts is not what it sends.
        const values = node.id === "n1" ? [] : [Number(message)];
        node.send(peer, news({ values, count: count++, "of": [[count, 0]] }));
      }
      return { type: "broadcast_ok" };
    },
  });
}

const news = message("news", {
  values: array(integer),
  count: integer,
  of: array(array(integer)),
});

function keepToOneself(node: Node): void {
  const messages: unknown[] = [];
  node.serve("broadcast", {
    topology: () => ({ type: "topology_ok" }),
    read: () => ({ type: "read_ok", messages }),
    broadcast({ message }) {
      messages.push(message);
      return { type: "broadcast_ok" };
    },
  });
}

Deno.test("values: numbers that mean something else are no values", async () => {
  const { run } = await simulated(counting, load);
  const { values } = spreadOfValues(run);
  const silent = values.filter(({ operation }) =>
    run.operations[operation].node === "n1"
  );
  assert(silent.length > 5);
  for (const { value, had } of silent) {
    assert.deepEqual(
      had.map((time) => Number.isNaN(time)),
      [true, false, true],
      `${value}`,
    );
  }
});

Deno.test("values: without messages reads and acknowledgements tell", async () => {
  const { run } = await simulated(broadcast, load);
  const { values, hasArrivals } = spreadOfValues(
    { ...run, messages: undefined } satisfies RunDocument,
  );
  assert(!hasArrivals);
  assert(values.every(({ had }) => had.every((time) => time >= 0)));
  assert(values.some(({ onlyRead }) => onlyRead.size === 2));
});

Deno.test("values: a run without operations has none", async () => {
  const { run } = await simulated(broadcast, load);
  const { values } = spreadOfValues({ ...run, operations: [] });
  assert.deepEqual(values, []);
});
