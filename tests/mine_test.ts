/** The folder for users' own files, which the project leaves alone. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../", import.meta.url));

/** A file whose types, format and style are wrong, and a test that fails. */
const careless = `export const n: number   = "1"; debugger
Deno.test("this fails", () => { throw new Error("it was run") })
`;

/** Copies a folder with all that is in it. */
async function copy(from: string, to: string): Promise<void> {
  await Deno.mkdir(to, { recursive: true });
  for await (const { name, isDirectory } of Deno.readDir(from)) {
    if (isDirectory) await copy(`${from}/${name}`, `${to}/${name}`);
    else await Deno.copyFile(`${from}/${name}`, `${to}/${name}`);
  }
}

/**
 * A small copy of the project, with these files in its mine/.
 *
 * @param test given what runs Deno there
 */
async function withProject(
  files: Readonly<Record<string, string>>,
  test: (
    deno: (...args: string[]) => Promise<{ success: boolean; text: string }>,
  ) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    for (const name of ["deno.json", "deno.lock", "echo.ts"]) {
      await Deno.copyFile(`${root}${name}`, `${folder}/${name}`);
    }
    for (
      const name of [
        ...["lib", "workbench", "viewer", "playground", "lessons", "beyond"],
      ]
    ) {
      await copy(`${root}${name}`, `${folder}/${name}`);
    }
    const all = {
      "tests/right_test.ts": 'Deno.test("this passes", () => {});\n',
      "bench/main.ts": "export {};\n",
      ...files,
    };
    for (const [name, text] of Object.entries(all)) {
      const path = `${folder}/${name}`;
      await Deno.mkdir(path.replace(/[^/]*$/, ""), { recursive: true });
      await Deno.writeTextFile(path, text);
    }
    await test(async (...args) => {
      const { success, stdout, stderr } = await new Deno.Command(
        Deno.execPath(),
        { args, cwd: folder, env: { NO_COLOR: "1" } },
      ).output();
      const [out, err] = [stdout, stderr]
        .map((it) => new TextDecoder().decode(it));
      return { success, text: out + err };
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** A page's blocks of code. */
const codeOn = (page: string): string[] =>
  [...Deno.readTextFileSync(`${root}${page}`).matchAll(/^```ts\n(.*?)^```$/gms)]
    .map(([, code]) => code);

Deno.test("mine/: a file there is checked and tested when it is named, as the pages say", async () => {
  const [counter, ...others] = codeOn("docs/library.md");
  const test = others.find((it) => it.includes("Deno.test(")) ?? "";
  const [workload, node] = codeOn("docs/workloads.md");
  await withProject({
    "mine/my_counter.ts": counter,
    "mine/my_counter_test.ts": test,
    "mine/max_register.ts": workload,
    "mine/max_register_node.ts": node,
    "mine/careless_test.ts": careless,
  }, async (deno) => {
    const tested = await deno("test", "-A", "mine/my_counter_test.ts");
    assert.ok(tested.success, tested.text);
    assert.match(tested.text, /1 passed \| 0 failed/);
    for (const name of ["my_counter", "max_register", "max_register_node"]) {
      const checked = await deno("check", `mine/${name}.ts`);
      assert.ok(checked.success, checked.text);
    }
    const wrong = await deno("check", "mine/careless_test.ts");
    assert.equal(wrong.success, false);
    assert.match(wrong.text, /Type 'string' is not assignable/);
    const failed = await deno("test", "--no-check", "mine/careless_test.ts");
    assert.equal(failed.success, false);
    assert.match(failed.text, /it was run/);
  });
});

Deno.test("mine/: the project's own checks leave it alone", async () => {
  await withProject({ "mine/careless_test.ts": careless }, async (deno) => {
    for (
      const args of [
        ["fmt", "--check"],
        ["lint"],
        ["task", "check"],
        ["test", "--frozen", "--allow-all"],
      ]
    ) {
      const { success, text } = await deno(...args);
      assert.ok(success, `${args.join(" ")}: ${text}`);
      assert.doesNotMatch(text, /mine/);
    }
  });
});
