/** Folders of runs, as the workbench and Maelstrom leave them. */
import { join } from "node:path";

/** Files by their names, in a folder that is deleted after the test. */
export async function withStore(
  files: Readonly<Record<string, string>>,
  test: (store: string) => Promise<void>,
): Promise<void> {
  const store = await Deno.realPath(await Deno.makeTempDir());
  try {
    for (const [name, text] of Object.entries(files)) {
      const path = join(store, name);
      await Deno.mkdir(join(path, ".."), { recursive: true });
      await Deno.writeTextFile(path, text);
    }
    await test(store);
  } finally {
    await Deno.remove(store, { recursive: true });
  }
}

/** The name of a run that began at 3 o'clock; no process has this number. */
export const OURS = "echo/2026-11-25T030000.000Z-999999999";

/** A valid run of echo, by the workbench. */
export const ours = (
  folder = OURS,
  results: Readonly<Record<string, unknown>> = {},
): Record<string, string> => ({
  [`${folder}/test.json`]: JSON.stringify({
    ...{ workload: "echo", nodeIds: ["n0"], concurrency: 1, seed: "abc" },
    ...{ rate: 5, latency: 0, nemesis: [], own: {}, args: [] },
    ...{ pLoss: 0, pDuplicate: 0 },
  }),
  [`${folder}/results.json`]: JSON.stringify({
    ...{ valid: true, explanation: [], notes: [], failures: [] },
    ...{ net: { servers: { msgsPerOp: 0.5 } }, workload: {}, anomalies: [] },
    ...{ latencies: { "0.5": 1.25, "1": 3 }, operations: 1 },
    ...results,
  }),
  [`${folder}/history.jsonl`]: [
    { index: 0, time: 1e6, type: "invoke", process: 0, f: "echo", value: "a" },
    { index: 1, time: 2e6, type: "ok", process: 0, f: "echo", value: "a" },
  ].map((op) => `${JSON.stringify(op)}\n`).join(""),
  [`${folder}/journal.jsonl`]: "",
  [`${folder}/node-logs/n0.log`]: "hello\n",
});

export const MAELSTROMS = "broadcast/20240106T150751.664+0530";

/** A run of broadcast that lost a value, by Maelstrom. */
export const maelstroms = (): Record<string, string> => ({
  [`${MAELSTROMS}/results.edn`]: `{:perf {:valid? true},
 :stats {:valid? true, :count 3},
 :net {:servers {:send-count 5, :msgs-per-op 5/3}, :valid? true},
 :workload {:lost (14), :lost-count 1, :valid? false,
            :stable-latencies {0 0, 0.5 45, 0.95 90, 0.99 90, 1 90}},
 :valid? false}
`,
  [`${MAELSTROMS}/history.edn`]:
    `#jepsen.history.Op{:index 0, :time 1000000, :type :invoke, :process 0, :f :broadcast, :value 14}
#jepsen.history.Op{:index 1, :time 3000000, :type :ok, :process 0, :f :broadcast, :value 14}
#jepsen.history.Op{:index 2, :time 4000000, :type :info, :process :nemesis, :f :start-partition, :value :majority}
#jepsen.history.Op{:index 3, :time 5000000, :type :info, :process :nemesis, :f :start-partition, :value [:isolated {"n0" #{"n1"}, "n1" #{"n0"}}]}
{:index 4, :time 6000000, :type :invoke, :process 1, :f :read, :value nil, :final? true}
{:index 5, :time 7000000, :type :info, :process :nemesis, :f :stop-partition, :value nil}
{:index 6, :time 8000000, :type :info, :process :nemesis, :f :stop-partition, :value :network-healed}
{:index 7, :time 9000000, :type :ok, :process 1, :f :read, :value [], :final? true}
`,
  [`${MAELSTROMS}/jepsen.log`]:
    `INFO [2024-01-06 15:07:51,693] jepsen test runner - jepsen.core Command line:
lein run test -w broadcast --bin ./lossy.py --node-count 2 --time-limit 20 --rate 10
INFO [2024-01-06 15:07:51,735] jepsen test runner - jepsen.core Running test:
{:args []
 :node-count 2
 :concurrency 2
 :name "broadcast"
 :nodes ["n0" "n1"]
 :workload :broadcast}

INFO [2024-01-06 15:07:52,655] jepsen test runner - jepsen.core Relative time begins now
INFO [2024-01-06 15:07:52,664] jepsen worker 0 - jepsen.util 0\t:invoke\t:broadcast\t14
INFO [2024-01-06 15:07:52,666] jepsen worker 0 - jepsen.util 0\t:ok\t:broadcast\t14
INFO [2024-01-06 15:07:52,666] jepsen worker 0 - jepsen.util 1\t:invoke\t:read\tnil
INFO [2024-01-06 15:07:52,668] jepsen worker 0 - jepsen.util 1\t:fail\t:read\tnil\t[:abort "no"]
`,
  [`${MAELSTROMS}/timeline.html`]: "<h1>a timeline</h1>",
  [`${MAELSTROMS}/latency-raw.png`]: "no picture",
  [`${MAELSTROMS}/history.txt`]:
    "0\t:invoke\t:broadcast\t14\n0\t:ok\t:broadcast\t14\n",
});
