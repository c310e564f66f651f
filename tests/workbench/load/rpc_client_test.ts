import assert from "node:assert/strict";
import { message, type Node } from "../../../lib/maelstrom.ts";
import { parseTestOptions } from "../../../workbench/cli/options.ts";
import { simulate } from "../../../workbench/run.ts";

/** One node that answers `read` with this. */
async function judge(answer: Record<string, unknown>) {
  const program = (node: Node) => {
    node.on(message("read", {}, {}), () => {
      return { type: "read_ok", ...answer };
    });
    node.on(message("add", {}, {}), () => {
      return { type: "add_ok" };
    });
  };
  const flags = "-w g-set --bin - --node-count 1 --time-limit 1 --rate 20";
  return await simulate(parseTestOptions(flags.split(" ")), program);
}

for (
  const [name, answer, words] of [
    ["without its field", {}, /expected \{type: "read_ok", value: \[any\]\}/],
    ["with a field of another form", { value: 3 }, /"value":3/],
    ["with an unknown field", { value: [], n: 1 }, /and no field "n"/],
    ["of another type", { type: "ok", value: [] }, /"type":"ok"/],
  ] as const
) {
  Deno.test(`replies: one ${name} is refused, as in Maelstrom`, async () => {
    const { valid, explanation } = await judge(answer);
    assert.notEqual(valid, true);
    assert.match(explanation.join("\n"), words);
  });
}

Deno.test("replies: a number of the reply's own does no harm", async () => {
  const { explanation } = await judge({ value: [], msg_id: 7 });
  assert.doesNotMatch(explanation.join("\n"), /expected/);
});
