import assert from "node:assert/strict";
import broadcast from "../../../broadcast.ts";
import counter from "../../../counter.ts";
import {
  integer,
  json,
  message,
  type Node,
  type Program,
} from "../../../lib/maelstrom.ts";
import { checkCounter } from "../../../workbench/checkers/counter.ts";
import {
  checkCounterSessions,
  checkSetSessions,
} from "../../../workbench/checkers/sessions.ts";
import { parseTestOptions } from "../../../workbench/cli/options.ts";
import { simulate } from "../../../workbench/run.ts";
import { type Event, history, op } from "../../support/history.ts";

const set = (...events: Event[]) => checkSetSessions(history(...events), "add");
const sum = (...events: Event[]) => checkCounterSessions(history(...events));

const kill = (...nodes: string[]): Event => ({
  process: "nemesis",
  type: "info",
  f: "kill",
  value: nodes,
});

Deno.test("sessions: a set shows what the session added and saw", () => {
  const add = op(0, "add", 1);
  const read = (process: number, ...shown: number[]) =>
    op(process, "read", null, shown);
  assert.equal(set(...add, ...read(0, 1), ...read(0, 2, 1)).valid, true);
  assert.equal(set(...add, ...read(1)).valid, true); // another session
  const missed = set(...add, ...read(0, 2));
  assert.equal(missed.valid, false);
  assert.equal(missed.asMaelstrom?.valid, true);
  assert.match(`${missed.explanation}`, /misses 1, .* had added by op 1/);
  const vanished = set(...read(0, 5), ...read(0));
  assert.match(`${vanished.explanation}`, /misses 5, .* had read by op 1/);
});

Deno.test("sessions: end when their node is killed, not another one", () => {
  const at = { node: "n0" };
  const events = (...nodes: string[]) => [
    ...op(0, "add", 1, 1, "ok", at),
    kill(...nodes),
    ...op(0, "read", null, [], "ok", at),
  ];
  assert.equal(set(...events("n0")).valid, true);
  assert.equal(set(...events("n1")).valid, false);
});

Deno.test("sessions: a reply that a hand delayed across a kill is of an earlier life", () => {
  const at = { node: "n0" };
  const delay = (dest: string): Event => ({
    ...{ process: "nemesis", type: "info", f: "delay", byHand: true },
    value: { message: 7, src: "n0", dest, by: 900 },
  });
  const events = (...between: Event[]) => {
    const [asked, answered] = op(0, "add", 1, 1, "ok", at);
    return [asked, ...between, answered, ...op(0, "read", null, [], "ok", at)];
  };
  assert.equal(set(...events(delay("c1"), kill("n0"))).valid, true);
  // Without a delay it is of the new life, and without a kill of the same.
  assert.equal(set(...events(kill("n0"))).valid, false);
  assert.equal(set(...events(delay("c1"))).valid, false);
  assert.equal(set(...events(delay("n1"), kill("n0"))).valid, false);
});

Deno.test("sessions: a counter shows a possible sum", () => {
  const add = (process: number, delta: number) => op(process, "add", delta);
  const read = (process: number, value: number) =>
    op(process, "read", undefined, value);
  assert.equal(sum(...add(0, 3), ...read(0, 3), ...read(1, 0)).valid, true);
  assert.equal(sum(...add(0, 3), ...read(0, 2)).valid, false); // its own
  assert.equal(sum(...add(0, 3), ...read(1, 4)).valid, false); // too much
  assert.equal(sum(...read(1, 3), ...add(0, 3)).valid, false); // too early
  assert.equal(sum(...read(0, -1)).valid, false);
  const [begun] = add(0, 3);
  assert.equal(sum(begun, ...read(1, 3)).valid, true); // under way
  const back = sum(...add(0, 3), ...read(1, 3), ...read(1, 0));
  assert.match(`${back.explanation}`, /op 3 of the same session had read 3/);
  // With negative adds a sum may fall.
  const mixed = [...add(0, 3), ...add(0, -2)];
  assert.equal(sum(...mixed, ...read(1, 3), ...read(1, -2)).valid, true);
  assert.equal(sum(...mixed, ...read(1, -3)).valid, false);
});

Deno.test("counter: final reads may differ in what is under way, unless asked", () => {
  const final = { final: true };
  const events = history(
    ...op(0, "add", 2, 2, "info"),
    ...op(1, "read", undefined, 0, "ok", final),
    ...op(2, "read", undefined, 2, "ok", final),
  );
  assert.equal(checkCounter(events).valid, true);
  const { valid, explanation } = checkCounter(events, {
    checkConvergence: true,
  });
  assert.equal(valid, false);
  assert.match(
    `${explanation}`,
    /process 1 read 0 at op 3, process 2 2 at op 5/,
  );
});

const news = message("element", { element: json });

/** Tells at once, and shows to its own clients only later: eventually right. */
function lateSet(node: Node): void {
  const shown: unknown[] = [];
  const learn = async (element: unknown) => {
    await node.sleep(200);
    shown.push(element);
  };
  node.on(news, ({ element }) => {
    learn(element);
  });
  node.serve("broadcast", {
    topology: () => ({ type: "topology_ok" }),
    broadcast({ message: element }) {
      learn(element);
      for (const peer of node.peers) {
        node.send(peer, news({ element }));
      }
      return { type: "broadcast_ok" };
    },
    read: () => ({ type: "read_ok", messages: shown }),
  });
}

const added = message("delta", { delta: integer });

/** Tells at once, and counts only later: eventually right. */
function lateCounter(node: Node): void {
  let sum = 0;
  const count = async (delta: number) => {
    await node.sleep(200);
    sum += delta;
  };
  node.on(added, ({ delta }) => {
    count(delta);
  });
  node.serve("g-counter", {
    add({ delta }) {
      count(delta);
      for (const peer of node.peers) node.send(peer, added({ delta }));
      return { type: "add_ok" };
    },
    read: () => ({ type: "read_ok", value: sum }),
  });
}

const cases: readonly [string, Program, Program][] = [
  ["broadcast", lateSet, broadcast],
  ["g-counter", lateCounter, counter],
];
for (const [workload, eventual, strong] of cases) {
  const run = (program: Program, ...flags: string[]) =>
    simulate(
      parseTestOptions([
        ...["-w", workload, "--bin", "-", "--seed", "sessions"],
        ...["--node-count", "3", "--rate", "50", "--time-limit", "5"],
        ...flags,
      ]),
      program,
    );

  Deno.test(`sessions: an eventual ${workload} fails only if they are asked for`, async () => {
    const usual = await run(eventual);
    assert.equal(usual.valid, true, usual.explanation.join("\n"));
    const asked = await run(eventual, "--check-sessions", "--as-maelstrom");
    assert.deepEqual([asked.valid, asked.asMaelstrom?.valid], [false, true]);
  });

  Deno.test(`sessions: the script for ${workload} keeps them`, async () => {
    const { valid, explanation } = await run(strong, "--check-sessions");
    assert.equal(valid, true, explanation.join("\n"));
  });
}

Deno.test("sessions: are refused where consistency models say more", () => {
  assert.throws(
    () =>
      parseTestOptions(
        ["-w", "txn-rw-register", "--bin", "x", "--check-sessions"],
      ),
    /transactions have --consistency-models such as PRAM/,
  );
});
