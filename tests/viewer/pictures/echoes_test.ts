import assert from "node:assert/strict";
import echo from "../../../echo.ts";
import { type Node } from "../../../lib/maelstrom.ts";
import { echoesOf, wrongFirst } from "../../../viewer/pictures/echoes.ts";
import { simulated } from "../simulated.ts";

const load = "-w echo --node-count 2 --rate 20 --time-limit 6 --seed 1";

Deno.test("echoes: replies of a right node are right, and took their time", async () => {
  const { run } = await simulated(echo, load);
  const echoes = echoesOf(run);
  assert(echoes.length > 50);
  assert(
    echoes.every(({ verdict, took }) => verdict === "right" && took! >= 0),
  );
});

Deno.test("echoes: one without an answer is excused if its node was killed meanwhile", async () => {
  const { run, result } = await simulated(
    echo,
    `${load} --rate 200 --latency 500 --nemesis pause --nemesis-interval 1`,
  );
  assert.equal(result.valid, true);
  const verdicts = new Set(echoesOf(run).map(({ verdict }) => verdict));
  assert(!verdicts.has("wrong") && !verdicts.has("silent"));
});

/** Shortens every other one. */
function shortening(node: Node): void {
  let count = 0;
  node.serve("echo", {
    echo: (body) => ({
      type: "echo_ok",
      echo: count++ % 2 === 0 ? body.echo : String(body.echo).slice(0, 8),
    }),
  });
}

Deno.test("echoes: wrong ones come first, as many as the checker found", async () => {
  const { run, result } = await simulated(shortening, load);
  const echoes = wrongFirst(echoesOf(run));
  const [{ count }] = result.workload.anomalies ?? [];
  const wrong = echoes.filter(({ verdict }) => verdict === "wrong");
  assert.equal(wrong.length, count);
  assert.equal(echoes[0].verdict, "wrong");
  assert.equal(echoes[0].received, "Please e");
});
