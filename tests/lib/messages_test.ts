/** Types of messages: what the compiler takes and refuses, and what is sent. */
import assert from "node:assert/strict";
import {
  array,
  integer,
  json,
  message,
  type Node,
  optional,
  record,
  string,
} from "../../lib/maelstrom.ts";

const gossip = message("gossip", {
  sums: record(integer),
  note: json,
  more: optional(integer),
});
const restore = message("restore", {}, { names: array(string) });

/** Never run: `deno check` fails if one of the mistakes is none. */
export function mistakes(node: Node): void {
  node.on(gossip, ({ sums, note, more }): void => {
    const total: number = sums.a + (more ?? 0);
    node.log(`${total} ${note}`);
  });
  node.on(restore, () => ({ type: "restore_ok", names: [] }));
  // @ts-expect-error: the names are strings
  node.on(restore, () => ({ type: "restore_ok", names: [1] }));
  // @ts-expect-error: it is another request's reply
  node.on(restore, () => ({ type: "gossip_ok", names: [] }));
  // @ts-expect-error: this is no request
  node.on(gossip, () => ({ type: "gossip_ok" }));

  node.send("n1", gossip({ sums: { a: 1 }, note: null }));
  // @ts-expect-error: the sums are numbers
  node.send("n1", gossip({ sums: { a: "1" }, note: null }));
  // @ts-expect-error: any note is right, but there must be one
  node.send("n1", gossip({ sums: {} }));
  // @ts-expect-error: nobody knows this field
  node.send("n1", gossip({ sums: {}, note: null, sum: 1 }));
  // @ts-expect-error: what it carries is missing
  node.send("n1", gossip());

  const names: Promise<{ names: string[] }> = node.rpc("n1", restore());
  const again: Promise<{ names: string[] }> = node.retry("n1", restore());
  Promise.all([names, again]);
  // @ts-expect-error: nobody will answer
  node.rpc("n1", gossip({ sums: {}, note: null }));
}

Deno.test("messages: a type makes bodies, and knows what they look like", () => {
  const { body } = gossip({ sums: { a: 1 }, note: [null] });
  assert.deepEqual(body, { type: "gossip", sums: { a: 1 }, note: [null] });
  assert.ok(gossip.request.test(body));
  assert.ok(!gossip.request.test({ ...body, more: "1" }));
  assert.deepEqual(restore().body, { type: "restore" });
  assert.equal(restore.reply.expected, "{names: [string]}");
});
