import assert from "node:assert/strict";
import { type Body } from "../../../lib/maelstrom.ts";
import { Random } from "../../../workbench/clock/random.ts";
import { createServices } from "../../../workbench/cluster/services.ts";

function service(name: string, seed = "test") {
  const found = createServices(new Random(seed)).get(name);
  assert.ok(found);
  return (client: string, body: Body) => found.handle(body, client);
}

const read = { type: "read", key: "x" };
const write = (value: unknown) => ({ type: "write", key: "x", value });
const cas = (from: unknown, to: unknown, create = false) => ({
  type: "cas",
  key: "x",
  from,
  to,
  create_if_not_exists: create,
});

for (const name of ["lin-kv", "seq-kv"]) {
  Deno.test(`services: ${name} speaks the protocol, for one client`, () => {
    const ask = service(name);
    assert.equal(ask("n0", read).code, 20);
    assert.equal(ask("n0", cas(0, 1)).code, 20);
    assert.equal(ask("n0", cas(0, { a: [1] }, true)).type, "cas_ok");
    assert.equal(ask("n0", cas({ a: [2] }, 2)).code, 22);
    assert.equal(ask("n0", cas({ a: [1] }, 2)).type, "cas_ok");
    assert.deepEqual(ask("n0", read), { type: "read_ok", value: 2 });
    assert.equal(ask("n0", write(null)).type, "write_ok");
    assert.deepEqual(ask("n0", read), { type: "read_ok", value: null });
    assert.equal(ask("n0", { type: "ts" }).code, 10);
  });
}

Deno.test("services: seq-kv shows others a past, but never one before what they saw", () => {
  const ask = service("seq-kv");
  for (let i = 1; i <= 20; i++) ask("n0", write(i));
  const seen: number[] = [];
  for (let i = 0; i < 200; i++) seen.push(Number(ask("n1", read).value ?? 0));
  assert.deepEqual(seen, seen.toSorted((a, b) => a - b));
  assert.ok(seen[0] < 20, "the first read is stale, with this seed");
  assert.equal(seen.at(-1), 20);
});

Deno.test("services: seq-kv shows no state older than the last 32", () => {
  for (let seed = 0; seed < 50; seed++) {
    const ask = service("seq-kv", `${seed}`);
    for (let i = 1; i <= 100; i++) ask("n0", write(i));
    assert.ok(Number(ask("n1", read).value) >= 69);
  }
});

/** In how many of 200 histories of "old", then "new", something happens. */
function count(happens: (ask: ReturnType<typeof service>) => boolean): number {
  let result = 0;
  for (let seed = 0; seed < 200; seed++) {
    const ask = service("seq-kv", `${seed}`);
    ask("n0", write("old"));
    ask("n0", write("new"));
    if (happens(ask)) result++;
  }
  return result;
}

Deno.test("services: to seq-kv a cas that fails is no change, and may see the past", () => {
  const sawPast = count((ask) => {
    ask("n1", cas("nobody wrote this", 1));
    return ask("n1", read).value !== "new";
  });
  assert.ok(sawPast > 50 && sawPast < 150, `${sawPast}`);
});

Deno.test("services: to seq-kv a write of what was there is no change, if it sees that past", () => {
  const unchanged = count((ask) => {
    ask("n1", write("old")); // from one of three states
    for (let i = 0; i < 40; i++) {
      if (ask("n0", read).value === "old") return false;
    }
    return true;
  });
  assert.ok(unchanged > 30 && unchanged < 110, `${unchanged}`);
});

Deno.test("services: a write to seq-kv that changes the newest state is made to it", () => {
  for (let seed = 0; seed < 50; seed++) {
    const ask = service("seq-kv", `${seed}`);
    ask("n0", write("old"));
    ask("n0", write("new"));
    const { type, text } = ask("n1", cas("old", "third"));
    // Either it saw the past, tried a change, and failed on the newest state,
    // or it failed at once; never may it succeed.
    assert.equal(type, "error");
    assert.match(String(text), /is not "old"|does not exist/);
    assert.notEqual(ask("n0", read).value, "third");
  }
});

Deno.test("services: errors say what Maelstrom's say", () => {
  for (const name of ["lin-kv", "seq-kv", "lww-kv"]) {
    const ask = service(name);
    assert.deepEqual(ask("n0", read), {
      type: "error",
      code: 20,
      text: "key does not exist",
    });
  }
  const ask = service("lin-kv");
  ask("n0", write(1));
  assert.deepEqual(ask("n0", cas(2, 3)), {
    type: "error",
    code: 22,
    text: "current value 1 is not 2",
  });
});

Deno.test("services: keys are told apart by type, whatever they are", () => {
  const ask = service("lin-kv");
  const keys = [1, "1", "true", true, null, "null", [1], { a: 1 }];
  keys.forEach((key, value) => ask("n0", { type: "write", key, value }));
  keys.forEach((key, value) =>
    assert.equal(ask("n0", { type: "read", key }).value, value)
  );
});

Deno.test("services: lww-kv creates nothing by cas", () => {
  assert.equal(service("lww-kv")("n0", cas(0, 1, true)).code, 20);
});

Deno.test("services: a change moves a client of seq-kv to the newest state", () => {
  for (let seed = 0; seed < 50; seed++) {
    const ask = service("seq-kv", `${seed}`);
    for (let i = 1; i <= 20; i++) ask("n0", write(i));
    ask("n1", { type: "write", key: "sync", value: "new" });
    assert.equal(ask("n1", read).value, 20);
  }
});

Deno.test("services: lww-kv may show an old value, and comes to the last in the end", () => {
  const ask = service("lww-kv");
  for (let i = 1; i <= 20; i++) ask("n0", write(i));
  const seen = new Set<unknown>();
  for (let i = 0; i < 200; i++) seen.add(ask("n0", read).value);
  const late = new Set<unknown>();
  for (let i = 0; i < 50; i++) late.add(ask("n0", read).value);
  assert.equal(late.size, 1, "the replicas have merged");
  assert.equal(ask("n0", cas(0, 1, true)).code, 22);
});

Deno.test("services: lin-tso counts", () => {
  const ask = service("lin-tso");
  const next = () => ask("n0", { type: "ts" }).ts;
  assert.deepEqual([next(), next(), next()], [0, 1, 2]);
});
