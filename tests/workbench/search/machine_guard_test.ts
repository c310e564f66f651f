/** What a program under simulation is told when it asks the machine. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { parseSimulatedRun } from "../../../workbench/cli/options.ts";
import { SeedPool } from "../../../workbench/search/seed_pool.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));

/** What a program may look like, by where it does something. */
const places: Readonly<Record<string, (code: string) => string>> = {
  import: (code) => `${code}; export default () => {};`,
  start: (code) => `export default () => { ${code} };`,
  "a handler": (code) =>
    `export default (node) => node.serve("echo", {
      echo({ echo }) { ${code}; return { type: "echo_ok", echo }; },
    });`,
  "a timer": (code) =>
    `export default (node) => {
      node.serve("echo", { echo: ({ echo }) => ({ type: "echo_ok", echo }) });
      node.after(100, () => { ${code} });
    };`,
  "a promise that nobody awaits": (code) =>
    `export default (node) => node.serve("echo", {
      echo({ echo }) {
        (async () => { await null; ${code} })();
        return { type: "echo_ok", echo };
      },
    });`,
};

/** Runs a seed of a program, with other files in its folder. */
async function runProgram(
  text: string,
  files: Readonly<Record<string, string>> = {},
) {
  const folder = await Deno.makeTempDir();
  try {
    for (const [name, content] of Object.entries(files)) {
      await Deno.writeTextFile(`${folder}/${name}`, content);
    }
    const program = `${folder}/program.ts`;
    await Deno.writeTextFile(program, text);
    await using pool = new SeedPool({
      programs: [program],
      size: 1,
      timeout: 60,
    });
    const flags = "-w echo --node-count 2 --time-limit 2 --seed x";
    const args = [...flags.split(" "), "--program", program];
    return await pool.run({ run: parseSimulatedRun(args) });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** What each is called in the error, and how a program gets there. */
const accesses: readonly (readonly [name: string, code: string])[] = [
  ["new Date()", "new Date()"],
  ["new Date()", "new (new Date(0).constructor)()"],
  ["Date()", "Date()"],
  ["Date.now()", "Date.now()"],
  ["Date.now()", "captured.now()"],
  ["Temporal.Now.instant()", "Temporal.Now.instant()"],
  ["performance.now()", "performance.now()"],
  ["performance.now()", "hooks.performance.now()"],
  ["performance.timeOrigin", "performance.timeOrigin"],
  ["Math.random()", "Math.random()"],
  ["crypto.randomUUID()", "crypto.randomUUID()"],
  ["crypto.getRandomValues()", "crypto.getRandomValues(new Uint8Array(1))"],
  ["crypto.subtle.digest()", "crypto.subtle.digest('SHA-1', new Uint8Array())"],
  ["crypto.randomBytes()", "randomBytes(1)"],
  ["setTimeout()", "setTimeout(() => {})"],
  ["setTimeout()", "globalThis.setTimeout(() => {})"],
  ["setInterval()", "setInterval(() => {})"],
  ["setImmediate()", "setImmediate(() => {})"],
  ["timers.setTimeout()", "timers.setTimeout(() => {})"],
  ["timers.setImmediate()", "dynamic.setImmediate(() => {})"],
  ["timers.setInterval()", "required.setInterval(() => {})"],
  ["timers.promises.setTimeout()", "sleep(1)"],
  ["AbortSignal.timeout()", "AbortSignal.timeout(1)"],
  ["fetch()", "fetch('http://127.0.0.1/')"],
  ["new WebSocket()", "new WebSocket('ws://127.0.0.1/')"],
  ["new MessageChannel()", "new MessageChannel()"],
  ["localStorage", "localStorage"],
  ["process.hrtime()", "process.hrtime()"],
  ["process.hrtime.bigint()", "hrtime.bigint()"],
  ["process.nextTick()", "imported.nextTick(() => {})"],
  ["process.pid", "`${pid}`"],
  ["process.exit()", "process.exit()"],
  ["process.getBuiltinModule", "process.getBuiltinModule('timers')"],
  ["Deno.args", "Deno.args"],
  ["Deno.pid", "Deno.pid"],
  ["Deno.exit()", "Deno.exit()"],
];

Deno.test("machine guard: the machine's clocks, timers and chance are refused, however they are reached", async () => {
  const attempts = accesses.map(([name, code]) =>
    `attempt(${JSON.stringify(name)}, () => ${code});`
  );
  const verdict = await runProgram(
    `import { randomBytes } from "node:crypto";
    import hooks from "node:perf_hooks";
    import imported, { hrtime, pid } from "node:process";
    import * as timers from "node:timers";
    import required from "./package.cjs";
    import { setTimeout as sleep } from "node:timers/promises";
    const captured = Date;
    const dynamic = await import("timers");
    const wrong = [];
    function attempt(name, access) {
      try {
        access();
        wrong.push(name + " is allowed");
      } catch ({ message }) {
        const isRefused = message.startsWith(name + " is the machine's");
        if (!isRefused) wrong.push(name + ": " + message);
      }
    }
    ${attempts.join("\n")}
    if (wrong.length > 0) throw new Error(wrong.join("; "));
    ${places["a handler"]("")}`,
    { "package.cjs": "exports.setInterval = require('timers').setInterval;" },
  );
  assert.equal(verdict.valid, true, verdict.explanation.join());
});

for (const [place, programOf] of Object.entries(places)) {
  Deno.test(`machine guard: who asks for the time in ${place} is told what to use`, async () => {
    await assert.rejects(runProgram(programOf("Date.now()")), {
      name: "UnusableProgram",
      message:
        /Date\.now\(\) is the machine's.*: use node\.now\(\).*program\.ts:\d+/,
    });
  });
}

Deno.test("machine guard: an npm package is refused, too", async () => {
  const program = `import fc from "npm:fast-check@4.10.2";` +
    places["a handler"]("fc.sample(fc.nat(), 1)");
  await assert.rejects(runProgram(program), /Date\.now\(\) is the machine's/);
});

Deno.test("machine guard: what is the same in each run is allowed", async () => {
  const verdict = await runProgram(
    `import { createHash } from "node:crypto";
    import process from "node:process";` + places["a handler"](`
      console.log(new Date(0).getTime(), new Date("2020-01-01") > new Date(5));
      if (!(new Date(0) instanceof Date)) throw new Error("no Date");
      queueMicrotask(() => {});
      createHash("sha256").update(process.platform).digest("hex");
      new Map([[typeof Deno.build.os, Math.floor(1.5)]]);
      new AbortController().abort();
      clearTimeout(undefined);`),
  );
  assert.equal(verdict.valid, true, verdict.explanation.join());
});

Deno.test("machine guard: a program that does well without is no worse", async () => {
  const quiet = "try { Math.random(); } catch { /* goes without */ }";
  for (const place of ["import", "a handler"]) {
    const other = places[place](quiet).replace(
      "export default () => {};",
      places["a timer"](""),
    );
    const { valid, explanation } = await runProgram(other);
    assert.equal(valid, true, explanation.join());
  }
  const { valid, explanation } = await runProgram(
    places["a handler"](`${quiet} return { type: "echo_ok", echo: "?" }`),
  );
  assert.equal(valid, false);
  assert.match(explanation.join("\n"), /caught an error.*Math\.random\(\)/);
});

Deno.test("machine guard: many seeds end with the sentence, once, and exit code 2", async () => {
  const file = await Deno.makeTempFile({ suffix: ".ts" });
  try {
    await Deno.writeTextFile(file, places["a handler"]("Math.random()"));
    const flags = `-w echo --program ${file} --time-limit 2 --seeds 20`;
    const { code, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        ...["run", "-A", "--frozen", "workbench/cli/main.ts", "simulate"],
        ...flags.split(" "),
      ],
      cwd: root,
    }).output();
    const text = new TextDecoder().decode(stderr);
    assert.equal(code, 2, text);
    assert.equal(text.match(/use node\.random\(\)/g)?.length, 1, text);
  } finally {
    await Deno.remove(file);
  }
});
