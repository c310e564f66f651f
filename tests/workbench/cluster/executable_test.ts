/** Scripts that don't run as their authors think, and what they are told. */
import assert from "node:assert/strict";
import { faultOfFirstLine } from "../../../workbench/cluster/executable.ts";
import { parseTestOptions } from "../../../workbench/cli/options.ts";
import { runTest } from "../../../workbench/run.ts";

/** Runs a node with this text, which never gets far. */
async function explanationOf(text: string): Promise<string> {
  const bin = await Deno.makeTempFile();
  try {
    await Deno.writeTextFile(bin, text);
    await Deno.chmod(bin, 0o755);
    const flags = `-w kafka --node-count 1 --time-limit 1 --bin ${bin}`;
    const { valid, explanation, storePath } = await runTest(
      parseTestOptions(flags.split(" ")),
    );
    await Deno.remove(storePath, { recursive: true });
    assert.equal(valid, false);
    assert.equal(explanation.length, 1, "only the cause is told");
    return explanation[0];
  } finally {
    await Deno.remove(bin);
  }
}

for (
  const [what, text, advice] of [
    [
      "no shebang",
      "import json\nimport sys\n",
      /begin it with a line such as #!/,
    ],
    [
      "Windows line ends, by env",
      "#!/usr/bin/env python3\r\nimport sys\r\n",
      /ends with a carriage return.*sed -i/,
    ],
    [
      "Windows line ends, by path",
      "#!/bin/sh\r\nexit 1\r\n",
      /can't start .*ends with a carriage return.*sed -i/,
    ],
    [
      "a byte order mark",
      "\uFEFF#!/bin/sh\nexit 1\n",
      /byte order mark.*without one/,
    ],
  ] as const
) {
  Deno.test(`executable: a script with ${what} is told what to do`, async () => {
    assert.match(await explanationOf(text), advice);
  });
}

Deno.test("executable: right scripts, programs and missing files have no such fault", () => {
  assert.equal(faultOfFirstLine(Deno.execPath()), undefined);
  assert.equal(faultOfFirstLine("/nowhere"), undefined);
  const run = new URL("../../../run.sh", import.meta.url);
  assert.equal(faultOfFirstLine(run.pathname), undefined);
});
