/** A run as a person reads it. */
import assert from "node:assert/strict";
import { NEMESIS } from "../../../workbench/load/history.ts";
import { Journal, Packet } from "../../../workbench/cluster/journal.ts";
import { trace } from "../../../workbench/results/trace.ts";
import { type Event, history } from "../../support/history.ts";

Deno.test("trace: columns stay where they are, and only faults in force end", () => {
  const journal = new Journal(true);
  let id = 0;
  const message = (
    src: string,
    dest: string,
    sent: number,
    arrivals: readonly number[],
    type = "value",
  ) => {
    const packet = new Packet(id++, src, dest, { type }, undefined);
    journal.add(sent, "send", packet);
    for (const time of arrivals) journal.add(time, "recv", packet);
  };
  message("c0", "n0", 0, [0], "topology"); // the beginning of every run
  message("c1", "n0", 0, [0]);
  message("n0", "n10", 1, [9_999, 10_000]);
  message("n0", "n2", 2, []);
  message("n0", "c1", 10_313, [10_313]);
  const fault = (f: string, ms: number, value: unknown = null): Event => ({
    ...{ process: NEMESIS, type: "info", f, value, time: ms * 1e6 },
  });
  const faults = history(
    fault("pause", 0.5, ["n1"]),
    fault("resume", 5000),
    fault("stop-partition", 20_000),
    fault("resume", 20_000),
  );
  assert.equal(
    `\n${trace([{ ...faults[0], time: 0 }, ...faults.slice(1)], journal)}\n`,
    `
 0.000                       c1 -> n0   {"type":"value"}
 0.000                       **         pause ["n1"]
 0.001  -> 9.999 and 10.000  n0 -> n10  {"type":"value"}
 0.002  never arrives        n0 -> n2   {"type":"value"}
 5.000                       **         resume
10.313                       n0 -> c1   {"type":"value"}
`,
  );
});

Deno.test("trace: what a hand did stands there once, and says so", () => {
  const journal = new Journal(true);
  const packet = new Packet(7, "n0", "n1", { type: "value" }, undefined);
  journal.add(1, "send", packet);
  journal.drop(1, packet, "dropped by hand");
  const step = (f: string, value: unknown): Event => ({
    ...{ process: NEMESIS, type: "info", f, value, byHand: true },
  });
  assert.equal(
    `\n${
      trace(
        history(
          step("kill", ["n0"]),
          step("drop", { message: 7, src: "n0", dest: "n1" }),
          step("start", ["n0"]),
        ),
        journal,
      )
    }\n`,
    `
0.000                                  **        kill ["n0"] by hand
0.001  never arrives: dropped by hand  n0 -> n1  {"type":"value"}
0.001                                  **        drop {"message":7,"src":"n0","dest":"n1"} by hand
0.002                                  **        start ["n0"] by hand
`,
  );
});
