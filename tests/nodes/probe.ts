/** A node that does what messages of its own tell it, for tests of the library. */
import {
  integer,
  json,
  message,
  type Node,
  RpcError,
  run,
} from "../../lib/maelstrom.ts";

const question = message("question", { question: json }, { answer: json });
const ask = message("ask", { question: json }, { answer: json });
const repeated = message("repeated", { text: json, i: integer });

export default function probe(node: Node): void {
  node.serve("echo", { echo: ({ echo }) => ({ type: "echo_ok", echo }) });
  node.on(message("slow", {}, {}), async () => {
    await node.sleep(50);
    return { type: "slow_ok" };
  });
  node.on(message("throw", {}, {}), () => {
    throw new TypeError("a bug");
  });
  node.on(message("abort", {}, {}), () => {
    throw new RpcError(14, "not now");
  });
  node.on(message("reject", {}, {}), async () => {
    await node.sleep(1);
    throw new TypeError("a later bug");
  });
  node.on(message("cycle", {}, {}), () => {
    const body: { type: "cycle_ok"; body?: unknown } = { type: "cycle_ok" };
    body.body = body;
    return body;
  });
  node.on(message("stray", {}, {}), () => {
    Promise.reject(new TypeError("nobody waits for this"));
    return { type: "stray_ok" };
  });
  node.on(ask, async ({ question: it }, { src }) => {
    const answer = await node.rpc(src, question({ question: it }));
    return { type: "ask_ok", answer: answer.answer };
  });
  node.on(message("insist", {}), async (_body, { src }) => {
    await node.retry(src, question({ question: "" }));
  });
  node.on(message("repeat", { text: json, times: json }), (body, { src }) => {
    for (let i = 0; i < Number(body.times); i++) {
      node.send(src, repeated({ text: body.text, i }));
    }
  });
  node.every(10, () => {});
}

if (import.meta.main) await run(probe);
