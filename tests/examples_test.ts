/** The examples in docstrings of the library, and its page's test, run. */
import assert from "node:assert/strict";

const root = new URL("../", import.meta.url);
const read = (file: string) => Deno.readTextFileSync(new URL(file, root));

const block = /^```ts\n(.*?)^```$/gms;

/** The code below each `@example` of a file, by the line where it begins. */
function examples(file: string): [name: string, code: string][] {
  const text = read(file);
  return [...text.matchAll(/\/\*\*.*?\*\//gs)].flatMap((comment) => {
    const [, ...parts] = comment[0].replaceAll(/^ *\* ?/gm, "")
      .split(/^@example\n/m);
    return parts.map((part): [string, string] => {
      const [, code] = [...part.matchAll(block)][0] ??
        assert.fail(`${file}: an example without code:\n${part}`);
      const line = text.slice(0, comment.index).split("\n").length;
      return [`${file.replaceAll("/", "_").slice(0, -3)}_${line}`, code];
    });
  });
}

Deno.test("docs: every public symbol of the library is documented", async () => {
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["doc", "--lint", new URL("lib/maelstrom.ts", root).pathname],
    stdout: "null",
    stderr: "piped",
    env: { NO_COLOR: "1" },
  }).output();
  assert.equal(code, 0, new TextDecoder().decode(stderr));
});

Deno.test("docs: every example of the library compiles, and does what it says", async () => {
  const files = [...Deno.readDirSync(new URL("lib", root))]
    .map(({ name }) => `lib/${name}`);
  const all = [...files, "workbench/testing.ts"].flatMap(examples);
  const [, ...pages] = read("docs/library.md").matchAll(block);
  for (const [i, [, code]] of pages.entries()) {
    all.push([`docs_library_${i + 1}`, code]);
  }
  assert.ok(all.length > 3);
  const folder = await Deno.makeTempDir();
  try {
    for (const [name, code] of all) {
      await Deno.writeTextFile(
        `${folder}/${name}_test.ts`,
        code.replaceAll('"./', `"${root}`),
      );
    }
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        ...["test", "--quiet", "--allow-all", "--cached-only", "--frozen"],
        ...["--config", new URL("deno.json", root).pathname, folder],
      ],
      env: { NO_COLOR: "1" },
    }).output();
    const text = [stdout, stderr].map((it) => new TextDecoder().decode(it));
    assert.equal(code, 0, text.join("\n"));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
