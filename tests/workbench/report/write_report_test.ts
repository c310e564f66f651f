/** Reports that can't be made, told in words; and what a report costs. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { bundle } from "../../../workbench/report/bundle.ts";
import { RunError } from "../../../workbench/cluster/node_host.ts";
import { writeReport } from "../../../workbench/report/write_report.ts";
import forgetful from "../../nodes/forgetful.ts";
import { keep } from "../../support/reports.ts";

const ROOT = new URL("../../../", import.meta.url);
const FLAGS = "-w broadcast --node-count 2 --time-limit 2";

async function refusal(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
  } catch (error) {
    assert.ok(error instanceof RunError, `${error}`);
    return error.message;
  }
  return assert.fail("it was written");
}

for (
  const [what, change, words] of [
    [
      "without results",
      (folder: string) => Deno.removeSync(join(folder, "results.json")),
      /no results\.json: the run was ended before its verdict/,
    ],
    [
      "that is not there",
      (folder: string) => Deno.renameSync(folder, `${folder}-moved`),
      /can't be read: ENOENT/,
    ],
    [
      "whose settings are cut off",
      (folder: string) => Deno.writeTextFileSync(`${folder}/test.json`, '{"a'),
      /test\.json can't be read: /,
    ],
    [
      "whose results are another program's",
      (folder: string) =>
        Deno.writeTextFileSync(`${folder}/results.json`, "[]"),
      /has no run that can be shown: /,
    ],
    [
      "that takes no file",
      (folder: string) => Deno.mkdirSync(`${folder}/report.html`),
      /report\.html can't be written: /,
    ],
  ] as const
) {
  Deno.test(`report: a folder ${what} is refused in a sentence, and nothing is left`, async () => {
    using run = await keep(forgetful, FLAGS);
    change(run.folder);
    assert.match(await refusal(run.report()), words);
    const moved = `${run.folder}-moved`;
    if (what === "that is not there") Deno.renameSync(moved, run.folder);
    const left = [...Deno.readDirSync(run.folder)]
      .filter(({ name, isFile }) => isFile && name.startsWith("report"));
    assert.deepEqual(left, []);
  });
}

Deno.test("report: a history cut off in the middle is shown as far as it goes", async () => {
  using run = await keep(forgetful, FLAGS);
  const path = join(run.folder, "history.jsonl");
  const text = Deno.readTextFileSync(path);
  Deno.writeTextFileSync(path, text.slice(0, text.length / 2));
  assert.ok(Deno.statSync(await writeReport(run.folder)).isFile);
});

/** Makes the page's code somewhere else: its length, or why it can't be made. */
function bundleIn(folder: string, env: Readonly<Record<string, string>>) {
  const code = `import { bundle } from "${new URL(
    "workbench/report/bundle.ts",
    ROOT,
  )}";
    try {
      console.log(bundle("report", Deno.args[0]).length);
    } catch (error) {
      console.log(String(error));
    }`;
  Deno.writeTextFileSync(join(folder, "make.ts"), code);
  const { stdout } = new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-all", "make.ts", join(folder, "viewer")],
    cwd: folder,
    env,
    stderr: "null",
  }).outputSync();
  return new TextDecoder().decode(stdout).trim();
}

function inFolder(test: (folder: string) => void): void {
  const folder = Deno.makeTempDirSync();
  try {
    test(folder);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

Deno.test("report: the page's code can be made from any folder", () =>
  inFolder((folder) => assert.match(bundleIn(folder, {}), /^\d{5,}$/)));

Deno.test("report: without a network and with an empty cache the page can't be made, which is told", () =>
  inFolder((folder) => {
    const said = bundleIn(folder, {
      DENO_DIR: join(folder, "cache"),
      NPM_CONFIG_REGISTRY: "http://127.0.0.1:9/",
    });
    assert.match(
      said,
      /^RunError: The page's code can't be bundled\. The first/,
    );
    assert.match(said, /with a network, `workbench report`/);
    assert.doesNotMatch(said, /Stack backtrace|\n/);
  }));

Deno.test("report: a bundle that can't be kept is told in a sentence", () => {
  assert.throws(
    () => bundle("report", "/dev/null/viewer"),
    /^RunError: The page's code can't be kept in \/dev\/null\/viewer: /,
  );
});

/** The last lines of `simulate` in a folder of its own, and its exit code. */
function simulate(cwd: string, ...flags: string[]) {
  const { code, stdout } = new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--quiet", "--frozen", "--allow-all"],
      ...["--config", new URL("deno.json", ROOT).pathname],
      new URL("workbench/cli/main.ts", ROOT).pathname,
      ...["simulate", "--program"],
      new URL("tests/nodes/forgetful.ts", ROOT).pathname,
      ...["-w", "broadcast", "--node-count", "3", "--time-limit", "4"],
      ...["--p-loss", "0.3", "--seed", "1", ...flags],
    ],
    cwd,
    stderr: "null",
  }).outputSync();
  return { code, text: new TextDecoder().decode(stdout) };
}

Deno.test("report: without one the verdict and the exit code are the same", () =>
  inFolder((folder) => {
    const shown = simulate(folder);
    assert.equal(shown.code, 1);
    const [, path] = /^report +(\S+)$/m.exec(shown.text) ?? [];
    assert.ok(Deno.statSync(join(folder, path ?? "nowhere")).isFile);
    const left = simulate(folder, "--no-report");
    assert.equal(left.code, 1);
    assert.doesNotMatch(left.text, /^report /m);
    const plain = (text: string) =>
      text.replace(/^(results|report) .*\n/gm, "");
    assert.equal(plain(left.text), plain(shown.text));
    // No folder can be made where a file is.
    Deno.removeSync(`${folder}/store`, { recursive: true });
    Deno.writeTextFileSync(`${folder}/store`, "");
    const unwritable = simulate(folder);
    assert.equal(unwritable.code, 1);
    assert.match(unwritable.text, /^results +not stored$/m);
    assert.equal(plain(unwritable.text), plain(shown.text));
  }));

interface Graph {
  readonly modules: readonly {
    readonly specifier: string;
    readonly dependencies?: readonly {
      readonly isDynamic?: boolean;
      readonly code?: { readonly specifier?: string };
    }[];
  }[];
}

/** All that is loaded when a program starts. */
function startOf(program: string): string[] {
  const url = new URL(program, ROOT);
  const { stdout } = new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", url.pathname],
    stderr: "null",
  }).outputSync();
  const graph: Graph = JSON.parse(new TextDecoder().decode(stdout));
  const modules = new Map(graph.modules.map((it) => [it.specifier, it]));
  const loaded = new Set<string>();
  const load = (specifier: string) => {
    if (loaded.has(specifier)) return;
    loaded.add(specifier);
    for (const it of modules.get(specifier)?.dependencies ?? []) {
      if (!it.isDynamic && it.code?.specifier) load(it.code.specifier);
    }
  };
  load(url.href);
  return [...loaded];
}

for (
  const program of [
    "broadcast.ts",
    "workbench/cli/run_challenges.ts",
    "workbench/cli/main.ts",
  ]
) {
  Deno.test(`report: ${program} starts without what only a report needs`, () => {
    const loaded = startOf(program);
    assert.ok(loaded.some((it) => it.endsWith("lib/maelstrom.ts")), program);
    assert.deepEqual(
      loaded.filter((it) => /\/viewer\/|\/workbench\/report\//.test(it)),
      [],
    );
  });
}
