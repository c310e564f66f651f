import assert from "node:assert/strict";
import { NEMESIS, type Op } from "../../../workbench/load/history.ts";
import { RunProgress } from "../../../workbench/cli/run_progress.ts";

const op = (
  process: Op["process"],
  type: Op["type"],
  f: string,
  value?: unknown,
): Op => ({ index: 0, time: 0, process, type, f, value });

Deno.test("run progress: operations, their rate, failures, and faults in force", () => {
  const progress = new RunProgress(20);
  const history: Op[] = [];
  assert.equal(progress.line(undefined, 0), "starting the nodes");
  assert.equal(
    progress.line(history, 0),
    "0 of 20 s  0 operations (0/s)  0 not ok",
  );
  for (let i = 0; i < 30; i++) {
    history.push(op(0, "invoke", "read"), op(0, i < 3 ? "fail" : "ok", "read"));
  }
  history.push(op(NEMESIS, "info", "kill", ["n1", "n2"]));
  history.push(op(NEMESIS, "info", "start-partition", { n1: ["n2"] }));
  assert.equal(
    progress.line(history, 1000),
    "1 of 20 s  30 operations (30/s)  3 not ok  kill n1 n2, partition",
  );
  history.push({ ...op(NEMESIS, "info", "slow-node", ["n0"]), fault: 2 });
  assert.equal(
    progress.line(history, 1000).split("  ").at(-1),
    "kill n1 n2, partition, slow-node n0",
  );
  history.push({ ...op(NEMESIS, "info", "heal-node", null), fault: 2 });
  history.push(op(NEMESIS, "info", "start-one-way", { n1: ["n2"] }));
  assert.equal(
    progress.line(history, 1000).split("  ").at(-1),
    "kill n1 n2, partition, one-way",
  );
  history.push(op(NEMESIS, "info", "stop-one-way", null));
  history.push(op(NEMESIS, "info", "start", ["n1", "n2"]));
  history.push(op(NEMESIS, "info", "stop-partition", null));
  assert.equal(
    progress.line(history, 21_500),
    "21 s, the load is over  30 operations (0/s)  3 not ok",
  );
});
