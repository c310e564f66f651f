/** A workload of one's own, as docs/workloads.md shows it. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  faultPeriods,
  type History,
  meanwhile,
  NEMESIS,
  type OpType,
  type Pair,
  pairs,
  type Random,
} from "../../../workbench/workloads/own.ts";

const root = new URL("../../../", import.meta.url);
const page = Deno.readTextFileSync(new URL("docs/workloads.md", root));
const [workload, node] = [...page.matchAll(/^```ts\n(.*?)^```$/gms)]
  .map(([, code]) => code.replaceAll('"../', `"${root}`));

/** The example's files, and what else a test wants there. */
async function folder(
  files: Readonly<Record<string, string>> = {},
): Promise<string> {
  const path = await Deno.makeTempDir();
  const all = {
    "max_register.ts": workload,
    "max_register_node.ts": node,
    // One that keeps what it knows to itself.
    "silent.ts": node.replace("200", "1e9"),
    // One that forgets now and then.
    "falling.ts": node.replace("value: highest }));", "value: highest-- }));"),
    ...files,
  };
  for (const [name, text] of Object.entries(all)) {
    await Deno.writeTextFile(join(path, name), text);
  }
  return path;
}

/** Runs the workbench in a folder. */
async function workbench(cwd: string, args: string) {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--allow-all",
      fileURLToPath(new URL("workbench/cli/main.ts", root)),
      ...args.split(" "),
    ],
    cwd,
  }).output();
  const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, out: decode(stdout), err: decode(stderr) };
}

const simulated = "--time-limit 5 --rate 20 --node-count 3 --nemesis " +
  "partition --nemesis-interval 2 --max-value 500";

Deno.test("own workload: simulate judges the page's right node as valid, and its twins as wrong", async () => {
  const cwd = await folder();
  const simulate = (program: string, more: string) =>
    workbench(
      cwd,
      `simulate -w ./max_register.ts --program ${program} ${simulated} ${more}`,
    );
  const right = await simulate("max_register_node.ts", "--seeds 10");
  assert.equal(right.code, 0, right.out + right.err);
  const silent = await simulate("silent.ts", "--seeds 5");
  assert.equal(silent.code, 1, silent.out + silent.err);
  assert.match(silent.out, /invalid: forgotten\b/);
  assert.match(silent.out, /-w \.\/max_register\.ts .*--max-value 500/);
  const falling = await simulate("falling.ts", "--seeds 5");
  assert.equal(falling.code, 1, falling.out + falling.err);
  assert.match(falling.out, /went-down/);

  const replayed = await simulate("silent.ts", "--seed s");
  assert.equal(replayed.code, 1, replayed.out + replayed.err);
  assert.match(replayed.out, /^Invalid: forgotten; see above\.$/m);
  const results = join(cwd, "store/latest/results.json");
  assert.match(await Deno.realPath(results), /store\/max-register\//);
  const { workload } = JSON.parse(await Deno.readTextFile(results));
  assert.deepEqual(Object.keys(workload), [
    "valid",
    "least",
    "most",
    "explanation",
  ]);
  assert.ok(workload.least <= 500);
  const cleaned = await workbench(cwd, "clean --keep 0");
  assert.match(cleaned.out, /Removed 1 runs/);
  await Deno.remove(cwd, { recursive: true });
});

Deno.test("own workload: test runs processes against it", async () => {
  const cwd = await folder({
    "node.sh": `#!/bin/sh\nexec ${Deno.execPath()} run ` +
      `"$(dirname "$0")/max_register_node.ts"\n`,
  });
  await Deno.chmod(join(cwd, "node.sh"), 0o755);
  const { code, out, err } = await workbench(
    cwd,
    `test -w ./max_register.ts --bin ${cwd}/node.sh --node-count 2 ` +
      "--time-limit 2 --rate 20",
  );
  assert.equal(code, 0, out + err);
  await Deno.remove(cwd, { recursive: true });
});

Deno.test("own workload: what is wrong with a file is told", async () => {
  const cwd = await folder({
    "empty.ts": "",
    "broken.ts": "export default missing;",
    "named.ts": workload.replace('"max-register"', '"Max Register"'),
    "kind.ts": workload.replace('number("count"', 'number("cuont"'),
    "default.ts": workload.replace("default: 1_000_000", "default: 0"),
    "twice.ts": workload.replace('"max-value"', '"rate"'),
  });
  for (
    const [file, wanted] of [
      ["none.ts", /there is no file .*none\.ts/],
      ["empty.ts", /no workload as its default export/],
      ["broken.ts", /can't be imported: .*missing is not defined/s],
      ["named.ts", /small letters, digits and hyphens/],
      [
        "kind.ts",
        /: number\("cuont", \.{3}\): .* "count", a positive integer;/,
      ],
      [
        "default.ts",
        /default of a flag, 0, is not what .*: a positive integer/,
      ],
      ["twice.ts", /has a flag --rate, but workbench test has one/],
    ] as const
  ) {
    const { code, err } = await workbench(
      cwd,
      `test -w ./${file} --bin ./node.sh`,
    );
    assert.match(err, wanted, file);
    if (file !== "broken.ts") assert.doesNotMatch(err, /^ +at /m);
    assert.equal(code, 2);
  }
  await Deno.remove(cwd, { recursive: true });
});

Deno.test("own workload: a checker can tell of the faults around an operation", () => {
  const op = (
    index: number,
    type: OpType,
    process: number | typeof NEMESIS,
  ) => ({
    ...{ index, type, process, time: index * 1e9, node: "n0", f: "read" },
  });
  const history: History = [
    op(0, "invoke", 0),
    { ...op(1, "info", NEMESIS), node: undefined, f: "kill", value: ["n0"] },
    op(2, "ok", 0),
  ];
  const random: Pick<Random, "pick"> = { pick: (items) => items[0] };
  const { invoke, complete = invoke }: Pair = random.pick(pairs(history));
  assert.equal(
    meanwhile(faultPeriods(history), [invoke, complete]),
    "Meanwhile n0 was killed, and down from 1.000 s to the end.",
  );
});

Deno.test("doc: says of one's own workload what its file says", async () => {
  const cwd = await folder();
  const { out } = await workbench(cwd, "doc ./max_register.ts");
  assert.match(out, /^### max-register\n\nClients raise a register/);
  assert.match(out, /^- `raise {value: integer}` → `{}`\. Raises the/m);
  assert.match(
    out,
    /^- `--max-value N`: the highest value.*Default: 1000000$/m,
  );
  const { code, err } = await workbench(cwd, "doc max-register");
  assert.equal(code, 2);
  assert.match(err, /there is no workload max-register: there are broadcast,/);
  await Deno.remove(cwd, { recursive: true });
});

Deno.test("help: a workload's own flags are told, those of a user's file, too", async () => {
  const cwd = await folder();
  const help = async (args: string) => (await workbench(cwd, args)).out;
  const own = await help("test -w ./max_register.ts --help");
  assert.match(own, /^Flags of max-register:\n\n +--max-value N +the highest/m);
  assert.doesNotMatch(own, /--topology/);
  assert.match(
    await help("simulate -w broadcast --help"),
    /^Flags of broadcast:\n\n +--topology NAME +what nodes are told/m,
  );
  const all = await help("test --help");
  assert.match(all, /^Flags of workloads:$/m);
  assert.match(all, /--topology NAME +broadcast: what nodes are told/);
  await Deno.remove(cwd, { recursive: true });
});
