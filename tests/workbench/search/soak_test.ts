import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { parseSimulateOptions } from "../../../workbench/cli/options.ts";
import { SeedPool } from "../../../workbench/search/seed_pool.ts";
import { soak } from "../../../workbench/search/soak.ts";
import {
  programsOf,
  type Subject,
} from "../../../workbench/search/subjects.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));

/** What a soak says, and its exit code. */
async function output(subject: Subject, seeds: number) {
  const said: string[] = [];
  const { log } = console;
  console.log = (...parts: unknown[]) => said.push(parts.join(" "));
  try {
    await using pool = new SeedPool({
      programs: programsOf([subject]),
      timeout: 60,
    });
    const code = await soak({ seeds, base: "test", subjects: [subject] }, pool);
    return { code, text: said.join("\n") };
  } finally {
    console.log = log;
  }
}

Deno.test("soak: scripts that keep their promises pass", async () => {
  const { code, text } = await output({
    name: "ids",
    flags: `-w unique-ids --program ${root}unique_ids.ts --node-count 3`,
  }, 16);
  assert.equal(code, 0, text);
  assert.match(text, /seed base test: 16 seeds/);
  assert.match(text, /16 passed, 0 failed/);
  assert.match(text, /ids +2 +2 +2 +2 +2 +2 +- +2 +2/);
});

Deno.test("soak: a script that does not is named, with the replay", async () => {
  const { code, text } = await output({
    name: "forgetful",
    flags:
      `-w broadcast --program ${root}tests/nodes/forgetful.ts --node-count 3`,
    except: ["kill", "pause"],
  }, 7);
  assert.equal(code, 1, text);
  assert.match(text, /forgetful .*1\/1 FAIL/);
  assert.match(text, /\nforgetful, network:\ninvalid: lost/);
  assert.match(text, /FAIL: one of 3 failed; -: not run\)/);
  const [, replay] = /replay it: +deno task workbench simulate (.*)/
    .exec(text) ?? assert.fail(text);
  const { seed, journalHash } = parseSimulateOptions(replay.split(" "));
  assert.match(seed, /^test\/\d$/);
  assert.match(`${journalHash}`, /^[0-9a-f]{16}$/);
});

Deno.test("soak: a fault of which nothing is promised is left out", async () => {
  const { text } = await output({
    name: "ids",
    flags: `-w unique-ids --program ${root}unique_ids.ts --node-count 3`,
    except: ["kill"],
  }, 7);
  assert.match(text, /ids +1 +1 +1 +1 +1 +- +- +1 +1/);
});
