/** A node that does what messages of its own tell it, for tests of the library. */
import { json, type Node, object, RpcError, run } from "../../lib/maelstrom.ts";

export default function probe(node: Node): void {
  node.serve("echo", { echo: ({ echo }) => ({ type: "echo_ok", echo }) });
  node.on("slow", object({}), async () => {
    await node.sleep(50);
    return { type: "slow_ok" };
  });
  node.on("throw", object({}), () => {
    throw new TypeError("a bug");
  });
  node.on("abort", object({}), () => {
    throw new RpcError(14, "not now");
  });
  node.on("reject", object({}), async () => {
    await node.sleep(1);
    throw new TypeError("a later bug");
  });
  node.on("cycle", object({}), () => {
    const body: Record<string, unknown> & { type: string } = { type: "x" };
    body.body = body;
    return body;
  });
  node.on("stray", object({}), () => {
    Promise.reject(new TypeError("nobody waits for this"));
    return { type: "stray_ok" };
  });
  node.on("ask", object({ question: json }), async ({ question }, { src }) => {
    const answer = await node.rpc(src, { type: "question", question });
    return { type: "ask_ok", answer: answer.answer };
  });
  node.on("insist", object({}), async (_body, { src }) => {
    await node.retry(src, { type: "question" });
  });
  node.on("repeat", object({ text: json, times: json }), (body, { src }) => {
    for (let i = 0; i < Number(body.times); i++) {
      node.send(src, { type: "repeated", text: body.text, i });
    }
  });
  node.every(10, () => {});
}

if (import.meta.main) await run(probe);
