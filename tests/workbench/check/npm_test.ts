/**
 * The package for npm: packed, installed, and used in Node.js and in a browser,
 * it says what the library says in Deno.
 */
import assert from "node:assert/strict";
import ts from "typescript";
import * as library from "../../../workbench/check/mod.ts";
import { type History } from "../../../workbench/load/history.ts";
import { toEdn } from "../../../workbench/results/edn.ts";
import { needsOf } from "../../support/modules.ts";
import { HAS_NPM, Installed } from "../../support/npm.ts";
import { show, testPage } from "../../support/pages.ts";
import { trial } from "../../support/trial.js";
import { runDatabase } from "../../support/txn_database.ts";

const root = new URL("../../../", import.meta.url);

if (!HAS_NPM) {
  console.log("skipped: no node and npm on PATH, so no package was tried");
}

const jsonl = (history: History) =>
  history.map((op) => `${JSON.stringify(op)}\n`).join("");

/** As Jepsen writes it; functions of micro-operations stay strings. */
const edn = (history: History) =>
  history.map((op) => `${toEdn(op).replaceAll("\n", " ")}\n`).join("");

const database = (
  write: "w" | "append",
  isolation: "serializable" | "snapshot-isolation" | "strict-serializable",
) => runDatabase({ write, isolation, seed: "npm", count: 200, unknown: 0.05 });

function registerHistory(last: number): History {
  const one = { process: 0, f: "write", value: 1 };
  const two = { process: 1, f: "write", value: 2 };
  const read = { process: 2, f: "read", value: last };
  return [one, one, two, two, read, read].map((op, index) => ({
    ...{ ...op, index, time: index * 1e6 },
    type: index % 2 === 0 ? "invoke" : "ok",
  }));
}

/** Two transactions read the same, and each writes another key. */
const skewed: History = ["invoke", "ok"].flatMap((type, i) =>
  [0, 1].map((process) => ({
    ...{ process, index: 2 * i + process, time: (2 * i + process) * 1e6 },
    ...{ type: type === "ok" ? type : "invoke", f: "txn" },
    value: [["r", 0, null], ["r", 1, null], ["w", process, 1]],
  }))
);

const files: Readonly<Record<string, string>> = {
  "lists.jsonl": jsonl(database("append", "strict-serializable")),
  "lists.edn": edn(database("append", "strict-serializable")),
  "stale_lists.jsonl": jsonl(database("append", "serializable")),
  "stale_lists.edn": edn(database("append", "snapshot-isolation")),
  "registers.jsonl": jsonl(database("w", "strict-serializable")),
  "skewed_registers.jsonl": jsonl(skewed),
  "register.jsonl": jsonl(registerHistory(2)),
  "register.edn": edn(registerHistory(2)),
  "stale_register.jsonl": jsonl(registerHistory(1)),
  // Neither fits a number: an integer beyond 2^53, and a float that is whole.
  "large.jsonl":
    `{"process":0,"type":"invoke","f":"add","value":9007199254740993}
{"process":0,"type":"ok","f":"add","value":9007199254740993}
{"process":0,"type":"invoke","f":"read","value":null}
{"process":0,"type":"ok","f":"read","value":[9007199254740992,2.0]}
`,
};

const inDeno = () =>
  trial(library, (name: string) => new Blob([files[name]]).stream());

const trialText = () =>
  Deno.readTextFileSync(new URL("tests/support/trial.js", root));

/** The code blocks of the package's page in a language. */
const examples = (language: string): string[] =>
  [
    ...Deno.readTextFileSync(new URL("workbench/npm/README.md", root))
      .matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\`$`, "gms")),
  ]
    .map(([, code]) => code);

let installed: Promise<Installed> | undefined;
const installedOnce = () => installed ??= Installed.make();

Deno.test.afterAll(async () =>
  await (await installed)?.[Symbol.asyncDispose]()
);

function testPackage(name: string, perform: () => Promise<void>): void {
  Deno.test({ name, ignore: !HAS_NPM, fn: perform });
}

Deno.test("package: what is tried finds right and wrong histories, each at its model", async () => {
  const lines = await inDeno();
  const verdict = (name: string, model?: string) =>
    lines.map((line): unknown[] => JSON.parse(line)).find(([it, options]) =>
      it === name &&
      (model === undefined || JSON.stringify(options)?.includes(`["${model}"]`))
    )?.[2];
  const isValid = (name: string, model?: string) => {
    const result = verdict(name, model);
    return typeof result === "object" && result !== null && "valid" in result &&
      result.valid;
  };
  assert.equal(isValid("lists.jsonl"), true);
  assert.equal(isValid("lists.edn"), true);
  assert.equal(isValid("stale_lists.jsonl"), false);
  assert.equal(isValid("stale_lists.edn", "snapshot-isolation"), true);
  assert.equal(isValid("stale_lists.edn", "serializable"), false);
  assert.equal(isValid("registers.jsonl", "strict-serializable"), true);
  assert.equal(isValid("skewed_registers.jsonl", "snapshot-isolation"), true);
  assert.equal(isValid("skewed_registers.jsonl", "serializable"), false);
  assert.equal(isValid("register.edn"), true);
  assert.equal(isValid("stale_register.jsonl"), false);
  assert.equal(isValid("large.jsonl"), false);
});

testPackage(
  "package: in Node.js it says what the library says in Deno",
  async () => {
    const app = await installedOnce();
    await app.write("trial.js", trialText());
    for (const [name, text] of Object.entries(files)) {
      await app.write(
        name,
        text,
      );
    }
    const stdout = await app.node(`
    import { createReadStream } from "node:fs";
    import * as library from "gossip-glomers-checkers";
    import { trial } from "./trial.js";
    for (const line of await trial(library, createReadStream)) console.log(line);
  `);
    assert.deepEqual(stdout.trimEnd().split("\n"), await inDeno());
  },
);

testPackage("package: what its page shows runs in Node.js", async () => {
  const app = await installedOnce();
  await app.write("history.edn", files["stale_lists.edn"]);
  const [file, own] = examples("js");
  assert.match(await app.node(file), /^false\nG/);
  assert.match(await app.node(own), /read/);
});

testPackage("package: its types say what it takes and gives", async () => {
  const app = await installedOnce();
  await app.write(
    "main.ts",
    `import { check, type CheckResult, type Model, readHistory } from "gossip-glomers-checkers";
const counter: Model<number> = {
  name: "counter",
  init: 0,
  step: (sum, { input }) => sum + Number(input),
};
const read = await readHistory(new Blob([""]).stream());
export const results: CheckResult[] = [check(read, counter), check(read.history, "set")];
// @ts-expect-error a history is no text
check("", counter);
// @ts-expect-error models are names
check(read, "rw-register", { consistencyModels: [1] });
`,
  );
  for (const bundler of [false, true]) {
    const program = ts.createProgram([`${app.folder}/main.ts`], {
      lib: ["lib.es2022.d.ts", "lib.dom.d.ts", "lib.dom.asynciterable.d.ts"],
      module: bundler ? ts.ModuleKind.ESNext : ts.ModuleKind.NodeNext,
      moduleResolution: bundler
        ? ts.ModuleResolutionKind.Bundler
        : ts.ModuleResolutionKind.NodeNext,
      noEmit: true,
      strict: true,
      target: ts.ScriptTarget.ES2022,
      types: [],
    });
    const faults = ts.getPreEmitDiagnostics(program).map((it) =>
      `${it.file?.fileName}: ${
        ts.flattenDiagnosticMessageText(it.messageText, "\n")
      }`
    );
    assert.deepEqual(faults, []);
  }
});

testPackage(
  "package: it has code, types, a licence and a page, and no more",
  async () => {
    const { packed } = await installedOnce();
    const names = packed.files.map(({ path }) => path);
    const known =
      /^(index|lib\/\w+|viewer\/older_engines|workbench\/[\w/]+)\.(js|d\.ts)$|^(bundle\.js|LICENSE|README\.md|package\.json)$/;
    assert.deepEqual(names.filter((name) => !known.test(name)), []);
    assert.ok(names.includes("LICENSE") && names.includes("index.d.ts"));
  },
);

Deno.test("package: what Node.js 20 lacks is brought along", () => {
  const brought = Deno.readTextFileSync(
    new URL("viewer/older_engines.ts", root),
  );
  const kebab = (name: string) =>
    name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  const used = new Set<string>();
  for (const name of needsOf("workbench/check/mod.ts")) {
    const code = Deno.readTextFileSync(name).replaceAll(/^ *\*.*$/gm, "");
    const methods = [
      /\.(getOrInsert|getOrInsertComputed)\(/g,
      /\.(union|intersection|difference|symmetricDifference|isSubsetOf|isSupersetOf|isDisjointFrom)\(/g,
      /\b(?:Map|Object)\.(groupBy)\(/g,
      /\b(?:Promise|Array|RegExp|Math|Error|Iterator)\.(withResolvers|try|fromAsync|escape|sumPrecise|isError|from|concat|zip)\(/g,
      /\.(?:entries|values|keys)\(\)\s*\.(\w+)\(/g,
      /\.matchAll\([^()]*\)\s*\.(\w+)\(/g,
    ].flatMap((pattern) => [...code.matchAll(pattern)]);
    for (const [text, name] of methods) {
      if (!/^(Array|Object)\.from\(/.test(text)) used.add(name);
    }
  }
  assert.ok(used.has("getOrInsertComputed") && used.has("union"));
  assert.deepEqual(
    [...used].filter((name) => !brought.includes(`/${kebab(name)}.js"`)),
    [],
  );
});

/** A server of the package, the trial, its files, and a page. */
function serve(folder: string, html: string): Deno.HttpServer<Deno.NetAddr> {
  const types: Readonly<Record<string, string>> = {
    ...{ html: "text/html", js: "text/javascript" },
  };
  return Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    (request) => {
      const name = new URL(request.url).pathname.slice(1) || "index.html";
      const text = name === "index.html"
        ? html
        : name === "trial.js"
        ? trialText()
        : name === "bundle.js"
        ? Deno.readTextFileSync(
          `${folder}/node_modules/gossip-glomers-checkers/bundle.js`,
        )
        : files[name];
      const type = types[name.split(".").at(-1) ?? ""] ?? "text/plain";
      return new Response(text ?? "", {
        status: text === undefined ? 404 : 200,
        headers: { "Content-Type": type },
      });
    },
  );
}

if (HAS_NPM) {
  testPage(
    "package: in a browser it says what the library says in Deno",
    async () => {
      const { folder } = await installedOnce();
      await using server = serve(
        folder,
        `<!DOCTYPE html><link rel="icon" href="data:,"><pre></pre><script type="module">
        import * as library from "./bundle.js";
        import { trial } from "./trial.js";
        const lines = await trial(library, async (name) => (await fetch(name)).body);
        document.querySelector("pre").textContent = lines.join("\\n");
      </script>`,
      );
      await using shown = await show(
        new URL(`http://127.0.0.1:${server.addr.port}/`),
      );
      const { page, complaints } = shown;
      await page.waitForFunction('document.querySelector("pre").textContent');
      const text = await page.textContent("pre");
      assert.deepEqual(text?.split("\n"), await inDeno());
      assert.deepEqual(complaints, []);
    },
  );

  testPage(
    "package: the page of its page tells the verdict on a file",
    async () => {
      const { folder } = await installedOnce();
      const [html] = examples("html");
      const own = "./node_modules/gossip-glomers-checkers/bundle.js";
      assert.ok(html.includes(own));
      await using server = serve(folder, html.replace(own, "./bundle.js"));
      await using shown = await show(
        new URL(`http://127.0.0.1:${server.addr.port}/`),
      );
      const { page } = shown;
      await page.setInputFiles("input", {
        name: "history.jsonl",
        mimeType: "text/plain",
        // deno-lint-ignore no-node-globals
        buffer: Buffer.from(files["stale_lists.jsonl"]),
      });
      await page.waitForFunction('document.querySelector("pre").textContent');
      assert.match(`${await page.textContent("pre")}`, /^false\nG/);
    },
  );
}
