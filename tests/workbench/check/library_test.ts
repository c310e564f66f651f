/** The checkers as a library: what it is made of. */
import assert from "node:assert/strict";
import { needsOf } from "../../support/modules.ts";

Deno.test("library: the checkers need neither nodes, workloads nor a command line, and nothing that only Deno or Node.js has", () => {
  const names = [
    "workbench/check/judges.ts",
    "workbench/histories/read.ts",
  ].flatMap((entry) => [...needsOf(entry)]);
  assert.ok(names.includes("workbench/checkers/result.ts"));
  const isOwn =
    /^workbench\/(check|checkers|histories|load\/history\.ts)|^workbench\/(json|integers)\.ts$|^lib\/(errors|json)\.ts$/;
  const known = [
    "workbench/cli/flags.ts",
    "workbench/cluster/client_names.ts",
  ];
  assert.deepEqual(
    names.filter((name) => !isOwn.test(name) && !known.includes(name)),
    [],
  );
  for (const name of names) {
    const text = Deno.readTextFileSync(name);
    assert.doesNotMatch(text.replaceAll(/^ \*.*$/gm, ""), /\bDeno\./, name);
  }
});

Deno.test("library: a module that needs Node.js by way of others would be found", () => {
  const names = needsOf("workbench/check/check.ts");
  assert.ok(names.has("node:path"));
  assert.ok(names.has("node:fs"));
  assert.ok(names.has("@pkgjs/parseargs"));
});
