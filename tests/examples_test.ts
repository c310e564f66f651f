/**
 * What deno.json exports can be published, and is documented: every public
 * symbol has an example, and those on the library's page and in docstrings do
 * what they say.
 */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";

const root = new URL("../", import.meta.url);
const path = (file: string) => fileURLToPath(new URL(file, root));

const config: { exports: Record<string, string> } = JSON.parse(
  Deno.readTextFileSync(path("deno.json")),
);
const entries = Object.values(config.exports).map(path);

interface Ran {
  readonly success: boolean;
  readonly stdout: string;
  readonly text: string;
}

async function deno(...args: string[]): Promise<Ran> {
  const { success, ...output } = await new Deno.Command(Deno.execPath(), {
    args,
    cwd: root,
    env: { NO_COLOR: "1" },
  }).output();
  const [stdout, stderr] = [output.stdout, output.stderr]
    .map((it) => new TextDecoder().decode(it));
  return { success, stdout, text: stdout + stderr };
}

/** What `deno doc --json` says of a symbol, or of a method of a class. */
interface Documented {
  readonly name: string;
  readonly kind?: string;
  readonly jsDoc?: {
    readonly tags?: readonly { readonly kind: string; readonly doc?: string }[];
  };
  readonly def?: {
    readonly methods?: readonly Documented[];
    readonly properties?: readonly Documented[];
  };
}

interface Documentation {
  readonly nodes: Record<string, {
    readonly module_doc: { readonly doc?: string };
    readonly symbols: readonly {
      readonly name: string;
      readonly declarations: readonly Omit<Documented, "name">[];
    }[];
  }>;
}

/** The code of all examples, by symbol; of a class also by its methods. */
function examplesOf({ nodes }: Documentation): Map<string, string[]> {
  const found = new Map<string, string[]>();
  const add = (
    name: string,
    { jsDoc, def, kind }: Omit<Documented, "name">,
  ) => {
    const tags = jsDoc?.tags ?? [];
    if (tags.some((tag) => tag.kind === "internal")) return;
    const examples = found.getOrInsertComputed(name, () => []);
    for (const { kind, doc = "" } of tags) {
      if (kind === "example") examples.push(...codeIn(doc));
    }
    for (const method of (kind === "class" && def?.methods) || []) {
      const isOwn = method.kind === "method" && !method.name.startsWith("[");
      if (isOwn) add(`${name}.${method.name}`, method);
    }
  };
  for (const [file, { module_doc, symbols }] of Object.entries(nodes)) {
    const code = codeIn(module_doc.doc ?? "");
    if (code.length > 0) found.set(file.slice(root.href.length), code);
    for (const { name, declarations } of symbols) {
      for (const declaration of declarations) add(name, declaration);
    }
  }
  return found;
}

const codeIn = (text: string): string[] =>
  [...text.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code]) => code);

async function documentation(): Promise<Documentation> {
  const { stdout, text } = await deno("doc", "--json", ...entries);
  return JSON.parse(stdout || assert.fail(text));
}

Deno.test("publishing: a dry run succeeds, and takes no tests and no scripts along", async () => {
  const { success, text } = await deno("publish", "--dry-run", "--allow-dirty");
  assert.ok(success, text);
  const files = [...text.matchAll(/^ +(file:\S+) \(/gm)]
    .map(([, file]) => file.slice(root.href.length));
  assert.ok(files.includes("lib/maelstrom.ts"), text);
  const isPublic = /^(lib\/|workbench\/|deno\.json|docs\/library\.md|LICENSE)/;
  assert.deepEqual(files.filter((file) => !isPublic.test(file)), []);
});

Deno.test("examples: every public symbol is documented, as is all that it names", async () => {
  const { success, text } = await deno("doc", "--lint", ...entries);
  assert.ok(success, text);
});

Deno.test("examples: every public symbol has one, methods too", async () => {
  const examples = examplesOf(await documentation());
  const without = [...examples].filter(([, codes]) => codes.length === 0);
  assert.deepEqual(without.map(([name]) => name), []);
  assert.ok(examples.has("Node.rpc") && examples.has("TestCluster.call"));
});

Deno.test("docs: the library's page names what there is", async () => {
  const { nodes } = await documentation();
  const known = Object.values(nodes).flatMap(({ symbols }) =>
    symbols.flatMap(({ name, declarations }) => [
      name,
      ...declarations.flatMap(({ def }) =>
        [...def?.methods ?? [], ...def?.properties ?? []]
          .map((member) => `${name}.${member.name}`)
      ),
    ])
  );
  const page = Deno.readTextFileSync(path("docs/library.md"));
  const named = [
    ...page.matchAll(/^\| \[?`([\w.]+)`|`((?:node|cluster)\.\w+)`/gm),
  ]
    .map(([, first, other]) => first ?? other)
    .map((name) =>
      name.replace(/^node\./, "Node.").replace(/^cluster\./, "TestCluster.")
    );
  assert.ok(named.length > 30, `only ${named}`);
  assert.deepEqual(named.filter((name) => !known.includes(name)), []);
});

Deno.test("examples: what has none is found", () => {
  const tag = { kind: "example", doc: "```ts\nf();\n```" };
  const of = (...tags: { kind: string; doc?: string }[]) => ({ tags });
  const examples = examplesOf({
    nodes: {
      [`${root}lib/a.ts`]: {
        module_doc: {},
        symbols: [
          {
            name: "f",
            declarations: [{ kind: "function", jsDoc: of(tag) }, {}],
          },
          {
            name: "C",
            declarations: [{
              kind: "class",
              jsDoc: of(tag),
              def: {
                methods: [
                  { name: "has", kind: "method", jsDoc: of(tag) },
                  { name: "lacks", kind: "method" },
                  {
                    name: "own",
                    kind: "method",
                    jsDoc: of({ kind: "internal" }),
                  },
                ],
              },
            }],
          },
        ],
      },
    },
  });
  const code = ["f();\n"];
  assert.deepEqual(
    [...examples],
    [["f", code], ["C", code], ["C.has", code], ["C.lacks", []]],
  );
});

Deno.test("examples: each compiles, is formatted, and does what it says", async () => {
  const examples = examplesOf(await documentation());
  const page = Deno.readTextFileSync(path("docs/library.md"));
  const [counter, ...onPage] = codeIn(page);
  examples.set("docs/library.md", onPage);
  const checkers = Deno.readTextFileSync(path("docs/checkers.md"));
  examples.set("docs/checkers.md", codeIn(checkers));
  const folder = await Deno.makeTempDir();
  // Files of the page are in mine/, and import each other from there.
  const fromHere = (code: string) => code.replaceAll('"../', `"${root}`);
  try {
    const names: string[] = [];
    const write = (name: string, code: string) =>
      Deno.writeTextFile(`${folder}/${name}`, code);
    for (const [symbol, codes] of examples) {
      for (const code of codes) {
        const name = `${names.length}_${symbol.replaceAll(/\W/g, "_")}.ts`;
        await write(name, code);
        names.push(name);
      }
    }
    const formatted = await deno("fmt", "--check", folder);
    assert.ok(formatted.success, formatted.text);
    for (const name of names) {
      await write(name, fromHere(await Deno.readTextFile(`${folder}/${name}`)));
    }
    await write("my_counter.ts", fromHere(counter));
    const all = `${folder}/all_test.ts`;
    const imports = names.map((name) =>
      `await import("./${name}").catch((error) =>
        Deno.test("${name}", () => Promise.reject(error)));`
    );
    await Deno.writeTextFile(all, imports.join("\n"));
    const { success, text } = await deno(
      ...["test", "--quiet", "--allow-all", "--cached-only", "--frozen"],
      ...["--config", path("deno.json"), all],
    );
    assert.ok(success, text);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
