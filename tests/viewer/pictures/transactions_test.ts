import assert from "node:assert/strict";
import { ringOf } from "../../../viewer/pictures/ring.ts";
import {
  list,
  shortened,
  storiesOf,
} from "../../../viewer/pictures/transactions.ts";
import { compose } from "../../../viewer/run/compose.ts";
import { checkListAppend } from "../../../workbench/checkers/txn/list_append.ts";
import { checkRwRegister } from "../../../workbench/checkers/txn/rw_register.ts";
import * as nodes from "../../broken/txn_nodes.ts";
import { transactionHistory } from "../../support/history.ts";
import { simulated } from "../simulated.ts";

/** Names of an anomaly's transactions, and what is at issue in each. */
function told(
  check: typeof checkListAppend,
  workload: string,
  text: string,
  model: string,
) {
  const history = transactionHistory(text);
  const result = check(history, { consistencyModels: [model] });
  const { explanation = [], anomalies = [], evidence } = result;
  const run = compose({
    ...{ workload, valid: false, explanation, anomalies, evidence },
    ...{ notes: [], figures: [], settings: [], history, nodes: [], end: 0 },
  });
  return storiesOf(run).map(({ anomaly, transactions, edges }) => ({
    anomaly,
    edges: edges.map(({ kind }) => kind),
    atIssue: transactions.map(({ micros }) =>
      micros.filter(({ isAtIssue }) => isAtIssue).map(({ text }) => text)
    ),
  }));
}

const lists = (text: string, model: string) =>
  told(checkListAppend, "txn-list-append", text, model);
const registers = (text: string, model: string) =>
  told(checkRwRegister, "txn-rw-register", text, model);

Deno.test("transactions: in a cycle the micro-operations of its edges are at issue, and no others", () => {
  const [story] = lists(
    "append x 1, r z _, r y _\nappend z 7, append y 1, r x _",
    "serializable",
  );
  assert.deepEqual([story.anomaly, story.edges], ["G2-item", ["rw", "rw"]]);
  const [first, second] = story.atIssue;
  assert.equal(second.length, 2);
  assert.ok(
    [first, second].flat().every((it) => /^(append|read) "[xyz]": /.test(it)),
  );
  assert.ok([first, second].some((it) => it.includes('read "x": nothing')));
});

Deno.test("transactions: a cycle of writes", () => {
  const [story] = lists(
    "append x 1, append y 1\nappend x 2, append y 2\n\nr x [1 2], r y [2 1]",
    "read-uncommitted",
  );
  assert.deepEqual(story, {
    ...{ anomaly: "G0", edges: ["ww", "ww"] },
    atIssue: [
      ['append "x": 1', 'append "y": 1'],
      ['append "x": 2', 'append "y": 2'],
    ],
  });
});

Deno.test("transactions: what an aborted one wrote and who read it, in the order of time", () => {
  assert.deepEqual(registers("fail: w x 1\nr y _, r x 1", "read-committed"), [{
    ...{ anomaly: "G1a", edges: [] },
    atIssue: [['write "x": 1'], ['read "x": 1']],
  }]);
});

Deno.test("transactions: a lost update is about its reads and its writes", () => {
  const [story] = registers(
    "r x _, w x 1, r y _\nr x _, w x 2\n\nr x 2",
    "snapshot-isolation",
  );
  assert.equal(story.anomaly, "lost-update");
  assert.deepEqual(story.atIssue, [
    ['read "x": nothing', 'write "x": 1'],
    ['read "x": nothing', 'write "x": 2'],
  ]);
});

Deno.test("transactions: where a value is missed, the read that misses it is at issue", () => {
  const [story] = lists(
    "append x 1, append y 1\n\nr x [1], r y _",
    "read-atomic",
  );
  assert.deepEqual(story, {
    ...{ anomaly: "fractured-read", edges: [] },
    atIssue: [['append "y": 1'], ['read "y": nothing']],
  });
});

const flags = "--node-count 3 --concurrency 4n --seed a --time-limit 8";

for (const workload of ["txn-list-append", "txn-rw-register"]) {
  Deno.test(`transactions: ${workload}: each cycle of a broken node names its reasons and what they are about`, async () => {
    const { run, result } = await simulated(
      nodes.torn(),
      `-w ${workload} ${flags} --rate 100`,
    );
    assert.equal(result.workload.valid, false);
    const stories = storiesOf(run);
    assert.ok(stories.some(({ edges }) => edges.length > 0));
    assert.ok(stories.some(({ edges }) => edges.length === 0));
    for (const { anomaly, transactions, edges, why } of stories) {
      if (edges.length === 0) assert.ok(why);
      assert.ok(
        edges.every(({ why, from, to }) =>
          why.includes(transactions[from].name) &&
          why.includes(transactions[to].name)
        ),
      );
      const silent = transactions.filter(({ micros }) =>
        !micros.some(({ isAtIssue }) => isAtIssue)
      );
      // Real time alone may lead through one.
      if (!/realtime|process/.test(anomaly)) assert.deepEqual(silent, []);
    }
  });

  Deno.test(`transactions: ${workload}: there is nothing to be drawn of a right node`, async () => {
    const { run, result } = await simulated(
      nodes.oneRegister(),
      `-w ${workload} ${flags} --rate 10`,
    );
    assert.equal(result.workload.valid, true, result.explanation.join());
    assert.deepEqual(storiesOf(run), []);
  });
}

Deno.test("transactions: of a long list the ends are shown, and what is at issue", () => {
  const long = Array.from({ length: 30 }, (_, i) => i);
  assert.equal(list(long, [12]), "[0 … 12 … 26 27 28 29]");
  assert.equal(list([1, 2], []), "[1 2]");
});

Deno.test("transactions: what is at issue is never left out", () => {
  const micros = Array.from({ length: 9 }, (_, i) => ({
    ...{ text: `${i}`, isAtIssue: i === 8 },
  }));
  const { shown, omitted } = shortened(micros, 3);
  assert.deepEqual(shown.map(({ text }) => text), ["0", "1", "8"]);
  assert.equal(omitted, 6);
});

Deno.test("ring: boxes of cycles of any length never lie on each other, and arrows touch both", () => {
  const sizes = { boxWidth: 250, gapX: 240, gapY: 96 };
  for (let count = 1; count <= 24; count++) {
    const heights = Array.from({ length: count }, (_, i) => 50 + i % 4 * 30);
    const { boxes, arrows, width, height } = ringOf(heights, sizes);
    assert.deepEqual([boxes.length, arrows.length], [count, count]);
    boxes.forEach((a, i) => {
      assert.ok(a.x >= 0 && a.x + a.width <= width);
      assert.ok(a.y >= 0 && a.y + a.height <= height);
      for (const b of boxes.slice(i + 1)) {
        const isApart = a.x + a.width <= b.x || b.x + b.width <= a.x ||
          a.y + a.height <= b.y || b.y + b.height <= a.y;
        assert.ok(isApart, `${count}: ${i}`);
      }
    });
    if (count === 1) continue;
    const touches = ({ x, y, width, height }: typeof boxes[0], at: number[]) =>
      at[0] >= x - 1 && at[0] <= x + width + 1 && at[1] >= y - 1 &&
      at[1] <= y + height + 1;
    arrows.forEach(({ x1, y1, x2, y2 }, i) => {
      assert.ok(touches(boxes[i], [x1, y1]), `${count}: from ${i}`);
      assert.ok(touches(boxes[(i + 1) % count], [x2, y2]), `${count}: to ${i}`);
    });
  }
});
