/** What the pages say is true: their tables, and their code. */
import assert from "node:assert/strict";
import { ownFlags } from "../workbench/check/options.ts";
import {
  ErrorCode,
  errorName,
  json,
  type Program,
  record,
  RpcError,
  string,
  workloads,
} from "../lib/maelstrom.ts";
import { fileURLToPath } from "node:url";
import { pagesWithParts } from "../workbench/cli/doc.ts";
import {
  commands as known,
  parseDocOptions,
  parseLadderOptions,
  parseLimitsOptions,
  parseMergeOptions,
  parseMutantsOptions,
  parseScenariosOptions,
  parseSimulateOptions,
  parseSoakOptions,
  parseTestOptions,
} from "../workbench/cli/options.ts";
import { flagsOfWorkloads } from "../workbench/cli/run_flags.ts";
import { parse as parseChallenges } from "../workbench/cli/run_challenges.ts";
import { createServices } from "../workbench/cluster/services.ts";
import { Random } from "../workbench/clock/random.ts";
import { runTest, simulate } from "../workbench/run.ts";
import { mutants } from "../workbench/search/mutants/list.ts";

const root = new URL("../", import.meta.url);
const read = (page: string) => Deno.readTextFileSync(new URL(page, root));

/** The code blocks of a page in one language. */
function blocks(page: string, language: string): string[] {
  const found = read(page).matchAll(/^```(\w+)\n(.*?)^```$/gms);
  return [...found].filter(([, name]) => name === language)
    .map(([, , code]) => code);
}

/** The rows of a page's tables whose first cell looks like this. */
function rows(page: string, first: RegExp): string[][] {
  return read(page).split("\n").filter((line) => line.startsWith("|"))
    .map((line) =>
      line.split(/(?<!\\)\|/).slice(1, -1).map((cell) => cell.trim())
    )
    .filter(([cell]) => first.test(cell));
}

Deno.test("docs: the protocol's errors are those of the library, by code, name and kind", () => {
  const told = rows("docs/protocol.md", /^\d+$/)
    .map(([code, name, definite]) => [
      Number(code),
      name.replaceAll("`", ""),
      definite === "yes",
    ]);
  const known = Object.values(ErrorCode).map((code) => [
    code,
    errorName(code),
    new RpcError(code, "").definite,
  ]);
  assert.deepEqual(told, known);
  // https://github.com/jepsen-io/maelstrom/blob/main/resources/errors.edn, and 40
  // of https://github.com/jepsen-io/maelstrom/pull/101
  const definite = [1, 10, 11, 12, 14, 20, 21, 22, 30, 40];
  assert.deepEqual(
    told.flatMap(([code, , yes]) => yes ? [code] : []),
    definite,
  );
  const page = read("docs/workbench.md").replaceAll(/\s+/g, " ");
  assert.ok(page.includes(`codes ${definite.join(", ")}`));
  assert.equal(new RpcError(1234, "").definite, false);
});

Deno.test("docs: the protocol's requests and replies are those of the library", () => {
  const known = Object.entries(workloads).map(([name, rpcs]) =>
    Object.entries(rpcs).reduce(
      (text, [type, { request, reply }]) =>
        `${text}  ${type} ${request.expected}\n    -> ${reply.expected}\n`,
      `${name}\n`,
    )
  ).join("");
  const told = blocks("docs/protocol.md", "text");
  assert.deepEqual(told, [known]);
});

Deno.test("docs: the services answer as the protocol's page says", () => {
  const services = createServices(new Random(""));
  const ask = (name: string, type: string, fields = {}) => {
    const reply = services.get(name)?.handle({ type, ...fields }, "n0");
    return reply?.type === "error" ? reply.code : reply?.type;
  };
  for (const name of ["lin-kv", "seq-kv", "lww-kv"]) {
    const key = { key: ["any"] };
    assert.equal(ask(name, "read", key), 20);
    assert.equal(ask(name, "cas", { ...key, from: 1, to: 2 }), 20);
    const create = { create_if_not_exists: true };
    assert.equal(
      ask(name, "cas", { key: 2, from: 0, to: 1, ...create }),
      name === "lww-kv" ? 20 : "cas_ok",
    );
    assert.equal(ask(name, "write", { ...key, value: 1 }), "write_ok");
  }
  assert.equal(
    ask("lin-kv", "cas", { key: ["any"], from: 1, to: 2 }),
    "cas_ok",
  );
  assert.equal(ask("lin-kv", "cas", { key: ["any"], from: 1, to: 3 }), 22);
  assert.equal(ask("lin-kv", "read", { key: ["any"] }), "read_ok");
  assert.equal(ask("lin-tso", "ts"), "ts_ok");
  assert.deepEqual(
    rows("docs/protocol.md", /^`(lin|seq|lww)-\w+`$/).filter((it) =>
      it.length === 2
    ).map(([it]) => it.slice(1, -1)),
    [...services.keys()],
  );
});

Deno.test("docs: flags and workloads stand in the pages as in their tables and files", async () => {
  const found = await pagesWithParts(fileURLToPath(root));
  assert.deepEqual(
    found.map(({ path }) => path.split("/").at(-1)),
    ["checkers.md", "simulation.md", "workbench.md", "workloads.md"],
  );
  const stale = found.filter(({ isStale }) => isStale).map(({ path }) => path);
  assert.deepEqual(stale, [], "deno task workbench doc --update mends that");
  // Each flag of test and simulate has its line.
  const told = found.map(({ text }) => text).join("");
  for (const { flags } of [known.test, known.simulate]) {
    for (const name of Object.keys(flags)) {
      if (name === "help") continue;
      assert.match(
        told,
        new RegExp(`^- \`(-\\w, )?--${name}( [^\`]+)?\`: `, "m"),
      );
    }
  }
});

const hasPython = await new Deno.Command("python3", {
  args: ["--version"],
  stdout: "null",
  stderr: "null",
}).output().then(({ success }) => success, () => false);
if (!hasPython) {
  console.log("no python3 here: docs/protocol.md's node is not run");
}

Deno.test({
  name: "docs: the protocol's node in Python solves 3b",
  ignore: !hasPython,
}, async () => {
  const [code, ...others] = blocks("docs/protocol.md", "python");
  assert.deepEqual(others, []);
  assert.ok(code.trim().split("\n").length <= 35, "thirty lines, about");
  const bin = await Deno.makeTempFile({ suffix: ".py" });
  await Deno.writeTextFile(bin, code);
  await Deno.chmod(bin, 0o755);
  const flags = `-w broadcast --bin ${bin} --node-count 5 --rate 10 ` +
    "--time-limit 2";
  const { valid, explanation, storePath } = await runTest(
    parseTestOptions(flags.split(" ")),
  );
  assert.equal(valid, true, explanation.join("\n"));
  await Deno.remove(storePath, { recursive: true });
  await Deno.remove(bin);
});

/** Imports a page's program, as if its file stood in mine/. */
async function load(code: string): Promise<Program> {
  const file = await Deno.makeTempFile({ suffix: ".ts" });
  try {
    await Deno.writeTextFile(file, code.replaceAll('"../', `"${root}`));
    const { default: program }: { default: Program } = await import(
      `file://${file}`
    );
    return program;
  } finally {
    await Deno.remove(file);
  }
}

/** How many of ten seeds of a page's program are valid. */
async function tenSeeds(page: string, flags: string): Promise<number> {
  const [code] = blocks(page, "ts");
  const program = await load(code);
  let valid = 0;
  for (let seed = 0; seed < 10; seed++) {
    const options = parseSimulateOptions(
      `${flags} --program - --seed docs/${seed}`.split(" "),
    );
    const result = await simulate(options, program);
    if (result.valid === true) valid++;
  }
  return valid;
}

Deno.test("docs: the library's counter is right, and wrong under kills", async () => {
  const page = "docs/library.md";
  const flags = "-w g-counter --node-count 3 --rate 20 --time-limit 10 " +
    "--nemesis-interval 2 --nemesis ";
  assert.equal(await tenSeeds(page, `${flags}partition`), 10);
  assert.ok(await tenSeeds(page, `${flags}kill`) < 10);
});

Deno.test("docs: README's own node is right", async () => {
  const flags = "-w echo --node-count 1 --rate 20 --time-limit 2";
  assert.equal(await tenSeeds("README.md", flags), 10);
});

Deno.test("docs: simulation's broadcast is right until messages are lost", async () => {
  const page = "docs/simulation.md";
  const flags = "-w broadcast --node-count 3 --rate 20 --time-limit 5";
  assert.equal(await tenSeeds(page, flags), 10);
  assert.ok(await tenSeeds(page, `${flags} --p-loss 0.1`) < 10);
});

Deno.test("docs: simulation's script of faults loses the value that the page says", async () => {
  const page = "docs/simulation.md";
  const program = await load(blocks(page, "ts")[0]);
  const [command] = commandsOn(page).filter((words) =>
    words.includes("--script-of-faults")
  );
  const options = parseSimulateOptions(withScripts(page, command.slice(3)));
  const { explanation } = await simulate(options, program);
  const said = explanation.join("\n");
  const told = read(page).replaceAll(/\s+/g, " ");
  assert.ok(said !== "" && told.includes(said), said);
  const without = { ...options, scriptOfFaults: undefined };
  assert.equal((await simulate(without, program)).valid, true);
});

Deno.test("docs: lin_kv's command is valid on seeds that are not with --wipe", async () => {
  const runs = commandsOn("docs/lin_kv.md")
    .filter((words) => words.includes("simulate"))
    .map((words) => parseSimulateOptions(words.slice(3)));
  assert.deepEqual(runs.map(({ wipe }) => wipe), [false, true]);
  const { default: program }: { default: Program } = await import(
    `${root}beyond/lin_kv.ts`
  );
  const [kept, wiped] = runs.map(async (options) => {
    let valid = 0;
    for (let seed = 1; seed <= 5; seed++) {
      const result = await simulate(
        { ...options, seed: `docs/${seed}` },
        program,
      );
      if (result.valid === true) valid++;
    }
    return valid;
  });
  assert.equal(await kept, 5);
  assert.ok(await wiped < 4);
});

/** Flags in which the script of faults is one that the page has. */
function withScripts(page: string, flags: readonly string[]): string[] {
  return flags.map((flag, i) => {
    if (flags[i - 1] !== "--script-of-faults") return flag;
    const file = Deno.makeTempFileSync({ suffix: ".jsonl" });
    Deno.writeTextFileSync(file, blocks(page, "jsonl")[0]);
    return file;
  });
}

/** All pages, as paths from the root. */
const pages = [
  ...["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "lessons/README.md"],
  ...[...Deno.readDirSync(new URL("docs", root))].map(({ name }) => name)
    .filter((name) => name.endsWith(".md")).map((name) => `docs/${name}`),
];

/** A page without its blocks of code. */
const prose = (page: string) => read(page).replaceAll(/^```.*?^```$/gms, "");

Deno.test("docs: code in a sentence stands on one line, and no mark is taken for emphasis", () => {
  for (const page of pages) {
    for (const paragraph of prose(page).split(/\n\n+/)) {
      const [broken] = paragraph.replaceAll(/`[^`\n]+`/g, "").match(/.*`.*/) ??
        [];
      assert.equal(broken, undefined, `${page}: ${broken}`);
      const text = paragraph.replaceAll(/`[^`]*`|\]\([^)]*\)/g, "`");
      // Our pages emphasise with **, and footnotes with \u2020.
      const [odd] = /.*((^|\s)_\S|\S_(\s|$)|`_|_`|[^*\s]\*(\s|$)).*/m
        .exec(text) ?? [];
      assert.equal(odd, undefined, `${page}: ${odd}`);
    }
  }
});

/** The commands in a page's blocks, as words without comments. */
function commandsOn(page: string): string[][] {
  const shell = (text: string) => text.replaceAll(/ *\\\n */g, " ").split("\n");
  const lines = [
    ...blocks(page, "sh").flatMap(shell),
    ...blocks(page, "console").flatMap(shell)
      .filter((line) => line.startsWith("$ ")) // the rest is what they print
      .map((line) => line.slice(2))
      .filter((line) => !line.includes(" ... ")),
    // In YAML a text goes on in lines that stand further in.
    ...blocks(page, "yaml").flatMap((block) =>
      [...block.matchAll(/\.\/run\.sh .*(?:\n +--.*)*/g)].map(([text]) =>
        text.replaceAll(/\$\{\{.*?\}\}|\$\(\(.*?\)\)/g, "1")
          .replaceAll(/\s+/g, " ").replace(/ \|\|.*/, "")
      )
    ),
  ];
  return lines.map((line) => line.replace(/(^|\s+)# .*/, "").trim())
    .filter((line) => line !== "")
    .map((line) => line.replace(/^deno task/, "./run.sh").split(/\s+/));
}

/** Runs of one test that a page shows: their flags, as `test` takes them. */
function runsOn(page: string): string[][] {
  // Flags alone stand where pages say what a challenge is.
  const bare = blocks(page, "text").flatMap((block) =>
    block.replaceAll(/ *\\\n */g, " ").split("\n")
      .flatMap((line) => /^(?:\w+ +)?(-w .*)/.exec(line)?.[1] ?? [])
  ).map((line) => `${line} --bin -`.split(/ +/));
  return [
    ...bare,
    ...commandsOn(page).flatMap(([program, command, ...args]) =>
      program === "maelstrom" && command === "test"
        ? [args]
        : command === "workbench" && args[0] === "test"
        ? [args.slice(1)]
        : []
    ),
  ];
}

/** @throws {Error} it is none, or has other flags */
function checkCommand(page: string, line: readonly string[]): void {
  const [program, command, ...args] = withScripts(page, line);
  const { tasks } = JSON.parse(read("deno.json"));
  if (program === "chmod") return;
  if (program === "maelstrom") return void assert.equal(command, "test");
  if (program === "deno" || command === "deno") {
    if (args[0] === "run") {
      const file = args.find((it) => it.endsWith(".ts")) ?? "";
      return void Deno.statSync(new URL(file, root));
    }
    const file = args.at(-1) ?? "";
    assert.ok(command === "test" || command === "check", command);
    if (file.startsWith("mine/")) return; // the reader's own
    assert.equal(command, "test");
    const words = /--filter "(.*)"/.exec(args.join(" "))?.[1] ?? "";
    assert.ok(/^Deno\.test\(.*/m.test(read(file)), `no test in ${file}`);
    assert.ok(read(file).includes(words), `no test of ${words} in ${file}`);
    return;
  }
  assert.equal(program, "./run.sh");
  if (command === "workbench") {
    const [verb, ...flags] = args;
    if (verb === "test") return; // as a run
    if (verb === "simulate") return void parseSimulateOptions(flags);
    if (verb === "merge") return void parseMergeOptions(flags);
    if (verb === "doc") return void parseDocOptions(flags);
    return assert.ok(Object.hasOwn(known, verb));
  }
  if (command === "mutants") {
    const { names } = parseMutantsOptions(args);
    return assert.ok(
      names.every((it) => mutants.some(({ name }) => name === it)),
    );
  }
  if (command === "soak") return void parseSoakOptions(args);
  if (command === "limits") return void parseLimitsOptions(args);
  if (command === "scenarios") return void parseScenariosOptions(args);
  if (command === "ladder") return void parseLadderOptions(args);
  if (command === "bench") {
    return args.forEach((area) => read(`bench/${area}.ts`));
  }
  if (command === "compile" || Object.hasOwn(tasks, command)) {
    return assert.deepEqual(args, []);
  }
  // A node of the reader's own is not here.
  const words = [command, ...args].filter((it) => it !== undefined);
  const at = words.indexOf("--bin");
  if (at >= 0) words[at + 1] = "echo.ts";
  parseChallenges(words);
}

Deno.test("docs: every command on a page is one, and has these flags", () => {
  let count = 0;
  for (const page of pages) {
    for (const command of commandsOn(page)) {
      count++;
      assert.doesNotThrow(
        () => checkCommand(page, command),
        `${page}: ${command.join(" ")}`,
      );
    }
    for (const flags of runsOn(page)) {
      count++;
      assert.doesNotThrow(
        () => parseTestOptions(flags),
        `${page}: ${flags.join(" ")}`,
      );
    }
  }
  assert.ok(count > 40, `only ${count} commands were found`);
});

Deno.test("docs: what pages show to be run on our scripts is valid, for two seconds", async () => {
  const scripts = new Map([
    ["echo", "echo.ts"],
    ["unique-ids", "unique_ids.ts"],
    ["broadcast", "broadcast.ts"],
    ["g-set", "beyond/g_set.ts"],
    ["g-counter", "counter.ts"],
    ["pn-counter", "counter.ts"],
    ["kafka", "kafka.ts"],
    ["lin-kv", "beyond/lin_kv.ts"],
    ["txn-rw-register", "txn.ts"],
    ["txn-list-append", "beyond/list_append.ts"],
  ]);
  let count = 0;
  for (const page of pages) {
    // These show where they fail.
    const failing = ["limits", "scenarios", "ladder"];
    if (failing.some((it) => page === `docs/${it}.md`)) continue;
    const simulated = commandsOn(page).flatMap(([, command, verb, ...flags]) =>
      // A nemesis of the page's own is not here; its test has it.
      command === "workbench" && verb === "simulate" &&
        flags.filter((it) => it.endsWith(".ts")).length === 1
        ? [parseSimulateOptions(withScripts(page, flags))]
        : []
    );
    const tested = runsOn(page).map((flags) => parseTestOptions(flags));
    for (const options of [...simulated, ...tested]) {
      const script = scripts.get(options.workload);
      const own = "program" in options ? `${options.program}` : options.bin;
      const isOurs = own === "-" || own.endsWith(`/${script}`);
      if (script === undefined || !isOurs) continue;
      if ("wipe" in options && options.wipe) continue; // shows where it fails
      count++;
      const { default: program }: { default: Program } = await import(
        `${root}${script}`
      );
      const { valid, explanation } = await simulate(
        { ...options, timeLimit: 2, seed: page },
        program,
      );
      const said = explanation.join("\n");
      assert.equal(valid, true, `${page}: -w ${options.workload}\n${said}`);
    }
  }
  assert.ok(count > 8, `only ${count} runs were found`);
});

Deno.test("docs: who has no Deno is told what to write, with the same words on each page", () => {
  const words = "Without Deno on your PATH, write `./run.sh deno` instead of " +
    "`deno`.";
  for (const page of pages) {
    const calls = [...blocks(page, "sh"), ...blocks(page, "console")]
      .some((block) => /^(\$ )?deno /m.test(block));
    if (!calls) continue;
    assert.ok(read(page).replaceAll(/\s+/g, " ").includes(words), page);
  }
  // What tasks write is for everybody, whoever runs them.
  for (const page of ["ladder", "limits", "scenarios"]) {
    const lines = blocks(`docs/${page}.md`, "sh")
      .flatMap((block) => block.trim().split("\n"))
      .filter((line) => !line.startsWith("# "));
    assert.ok(lines.length > 0, page);
    for (const line of lines) assert.match(line, /^\.\/run\.sh /, page);
  }
});

Deno.test("docs: own files have one home, mine/, in all code and commands", () => {
  for (const page of pages) {
    for (const code of blocks(page, "ts")) {
      assert.doesNotMatch(code, /from "\.\/(lib|workbench)\//, page);
    }
    for (const [program, , ...args] of commandsOn(page)) {
      if (program === "maelstrom") continue;
      for (
        const [, path] of args.join(" ").matchAll(/([\w./]+\.(?:ts|py))\b/g)
      ) {
        if (/^(?:\.\/)?mine\//.test(path)) continue;
        assert.ok(Deno.statSync(new URL(path, root)), `${page}: ${path}`);
      }
    }
  }
});

Deno.test("docs: every flag that a page names is one", () => {
  const files = ["", "beyond/"].flatMap((folder) =>
    [...Deno.readDirSync(new URL(folder, root))]
      .map(({ name }) => `${folder}${name}`)
      .filter((name) => name.endsWith(".ts"))
  );
  const code = [
    ...files.map(read),
    ...pages.flatMap((page) => blocks(page, "ts").concat(prose(page))),
  ].join("\n");
  const flags = new Set([
    ...Object.values(known).flatMap(({ flags, untold }) =>
      Object.keys({ ...flags, ...untold })
    ),
    ...flagsOfWorkloads().keys(),
    ...Object.keys(ownFlags), // of models
    ...["data-dir", "allow-read", "allow-write"], // of disks
    // Scripts' own, and those of workloads on pages.
    ...[...code.matchAll(/\b(?:option|flag|choice)\("([a-z-]+)"/g)].map((
      [, it],
    ) => it),
    ...[...code.matchAll(/^ *"([a-z-]+)": number\(/gm)].map(([, it]) => it),
    ...["full", "maelstrom"], // of run_challenges.ts
    ...["filter", "dry-run"], // of deno
  ]);
  for (const page of pages) {
    for (const [, name] of read(page).matchAll(/(?<![\w-])--([a-z][a-z-]+)/g)) {
      assert.ok(flags.has(name), `${page}: there is no flag --${name}`);
    }
  }
});

Deno.test("docs: messages that pages show are messages", () => {
  for (const page of pages) {
    for (const block of blocks(page, "json")) {
      const body: unknown = JSON.parse(block);
      assert.ok(record(json).test(body) && string.test(body.type), block);
    }
  }
});

Deno.test("docs: the files and folders that these pages name are there", () => {
  for (const page of ["README.md", "CONTRIBUTING.md", "docs/architecture.md"]) {
    for (
      const [, path] of prose(page).matchAll(
        /`((?:lib|workbench|tests|bench|docs)\/[\w./]*)`/g,
      )
    ) {
      assert.ok(Deno.statSync(new URL(path, root)), `${page}: ${path}`);
    }
  }
});

Deno.test("docs: what architecture names in a folder is in that folder", () => {
  const items = prose("docs/architecture.md").split(/\n(?=- |\n)/)
    .map((item) => /^- `([\w/]+\/)`: (.*)$/s.exec(item))
    .filter((it) => it !== null);
  assert.ok(items.length >= 8);
  for (const [, folder, text] of items) {
    for (const [, name] of text.matchAll(/`(\w+(?:\/|\.ts))`/g)) {
      const paths = [`${folder}${name}`, name];
      const isThere = paths.some((path) => {
        try {
          return Deno.statSync(new URL(path, root));
        } catch {
          return false;
        }
      });
      assert.ok(isThere, `docs/architecture.md: no ${name} in ${folder}`);
    }
  }
});

Deno.test("docs: no list is torn by an empty line", () => {
  for (const page of pages) {
    // A list whose items all stand apart is another matter; ours never do.
    const torn = /^(- .*\n(?: {2}.*\n)*)\n(?=- )/m.exec(prose(page))?.[0];
    assert.equal(torn, undefined, `${page}: ${torn}`);
  }
});

Deno.test("docs: every link to a page of ours leads to one, and to a heading", () => {
  for (const page of pages) {
    for (const [, link] of read(page).matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^https?:/.test(link)) continue;
      const url = new URL(link, new URL(page, root));
      const text = Deno.readTextFileSync(new URL(url.pathname, url));
      if (url.hash === "") continue;
      const anchors = [...text.matchAll(/^#+ (.*)$/gm)].map(([, title]) =>
        title.toLowerCase().replaceAll(/[^\w\- ]/g, "").replaceAll(" ", "-")
      );
      assert.ok(anchors.includes(url.hash.slice(1)), `${page}: ${link}`);
    }
  }
});
