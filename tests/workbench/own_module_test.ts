/** Modules of the user's own: what is wrong with one is told. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { RunError } from "../../workbench/cluster/node_host.ts";
import { latencies } from "../../workbench/cluster/latency.ts";
import { faultCycles, nemeses } from "../../workbench/cluster/nemesis.ts";
import { type Victim } from "../../workbench/cluster/nemeses/nemesis.ts";
import { Random } from "../../workbench/clock/random.ts";
import { type Wanted } from "../../workbench/own_file.ts";
import { loadOwnModule } from "../../workbench/own_module.ts";
import { loadChoice } from "../../workbench/run.ts";
import { loadWorkload } from "../../workbench/workloads/load.ts";

const wanted: Wanted<string> = {
  flag: "word",
  kind: "word",
  example: "`export default 'a'`",
  is: (it): it is string => typeof it === "string" && it !== "",
  lacks: (it) => it === "" ? "letters" : undefined,
};

async function withFile(
  text: string,
  test: (path: string) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  const path = join(folder, "mine.ts");
  try {
    await Deno.writeTextFile(path, text);
    await test(path);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const refused = (load: Promise<unknown>, words: RegExp) =>
  assert.rejects(
    load,
    (error) => error instanceof RunError && words.test(error.message),
  );

Deno.test("own module: its default export is what was wanted", () =>
  withFile("export default 'yes';", async (path) => {
    assert.equal(await loadOwnModule(path, wanted), "yes");
  }));

Deno.test("own module: one that waits at its top level is given up", () => {
  const text = "await new Promise((goOn) => addEventListener('go-on', goOn));";
  return withFile(text, async (path) => {
    await refused(
      loadOwnModule(path, wanted, 100),
      /mine\.ts does not end being imported, after 0\.1 s: .*top level waits/,
    );
    dispatchEvent(new Event("go-on")); // or Deno would find it at the end
  });
});

for (
  const [what, text, words] of [
    ["throws", "throw new Error('no, thanks')", /imported: .*no, thanks/],
    ["has an error of syntax", "export default (", /can't be imported: /],
    ["exports nothing", "", /no word as its default export: --word wants `exp/],
    [
      "lacks something",
      "export default '';",
      /that lacks letters: --word want/,
    ],
  ] as const
) {
  Deno.test(`own module: one that ${what} is refused with a sentence`, () =>
    withFile(
      text,
      (path) => refused(loadOwnModule(path, wanted), words),
    ));
}

Deno.test("own module: there is none", () =>
  refused(
    loadOwnModule("/no/such/file.ts", wanted),
    /^--word: there is no file \/no\/such\/file\.ts$/,
  ));

Deno.test("own module: a workload without one of its parts is told which", () =>
  withFile(
    'export default { name: "x", clients: "", checked: "", rpcs: [] };',
    (path) =>
      refused(
        loadWorkload(path),
        /has a workload .* that lacks the function `create`: --workload wants/,
      ),
  ));

Deno.test("own module: a latency that is no function is refused", () =>
  withFile(
    "export default 3;",
    (path) =>
      refused(
        loadChoice(latencies, path),
        /no function as its default export: --latency-dist wants/,
      ),
  ));

Deno.test("own module: a nemesis that makes no fault with an end is refused", () =>
  withFile("export default () => ({ begin() {} });", async (path) => {
    await loadChoice(nemeses, path);
    const nobody: Victim = {
      nodeIds: [],
      ...{ partition() {}, kill() {}, start() {}, pause() {}, resume() {} },
      ...{ disturb: () => () => {}, ask() {}, after() {} },
    };
    assert.throws(
      () => faultCycles([path], nobody, new Random("")),
      /mine\.ts: its function returns no object with begin\(\) and end\(\)/,
    );
  }));
