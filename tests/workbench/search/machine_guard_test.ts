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
  // By other ways to the same.
  ["setTimeout()", "globalThis['set' + 'Timeout'](() => {})"],
  ["setTimeout()", "kept(() => {})"],
  ["setTimeout()", "Reflect.apply(setTimeout, undefined, [() => {}])"],
  ["setTimeout()", "setTimeout.bind(null, () => {})()"],
  ["setTimeout()", "setTimeout.prototype.constructor(() => {})"],
  ["setTimeout()", "new Function('setTimeout(() => {})')()"],
  [
    "setTimeout[nodejs.util.promisify.custom]()",
    "util.promisify(setTimeout)(1)",
  ],
  ["timers.promises", "timers.promises.setTimeout(1)"],
  [
    "timers.setTimeout()",
    "createRequire('/x.js')('timers').setTimeout(() => {})",
  ],
  ["timers.promises.scheduler", "scheduler.wait(1)"],
  ["Date.now()", "(0, eval)('Date.now()')"],
  ["Date.now()", "Object.getOwnPropertyDescriptor(Date, 'now').value()"],
  ["Date.now()", "Object.getPrototypeOf(class extends Date {}).now()"],
  ["new Date()", "Reflect.construct(Date, [])"],
  ["new Date()", "new (class extends Date {})()"],
  [
    "process.hrtime.bigint()",
    "Object.getOwnPropertyDescriptor(process.hrtime, 'bigint').value()",
  ],
  [
    "process.hrtime()",
    "Object.getOwnPropertyDescriptors(process).hrtime.value()",
  ],
  ["process.uptime()", "Reflect.get(process, 'uptime')()"],
  [
    "Deno.memoryUsage()",
    "Object.getOwnPropertyDescriptor(Deno, 'memoryUsage').value()",
  ],
  ["Deno.internal", "Deno[Deno.internal]"],
  ["Deno[Deno.internal]", "Deno[Object.getOwnPropertySymbols(Deno)[0]]"],
  ["vm.runInNewContext()", "vm.runInNewContext('Date.now()')"],
  ["vm.createContext()", "vm.createContext({})"],
  [
    "vm.Script.runInNewContext()",
    "new vm.Script('Math.random()').runInNewContext()",
  ],
  ["Date.now()", "vm.runInThisContext('Date.now()')"],
  // What asks for the time by itself.
  ["Intl.DateTimeFormat.format()", "new Intl.DateTimeFormat().format()"],
  [
    "Intl.DateTimeFormat.formatToParts()",
    "new Intl.DateTimeFormat().formatToParts()",
  ],
  ["new File()", "new File([], 'a')"],
  ["new PerformanceMark()", "new PerformanceMark('a')"],
  ["console.time()", "console.time('a')"],
  ["perf_hooks.monitorEventLoopDelay()", "hooks.monitorEventLoopDelay()"],
  ["performance.timerify()", "performance.timerify(() => {})"],
  // What draws by itself.
  ["URL.createObjectURL()", "URL.createObjectURL(new Blob())"],
  ["crypto.createECDH()", "crypto2.createECDH('secp256k1')"],
  ["crypto.sign()", "crypto2.sign('sha256', new Uint8Array(), '')"],
  ["crypto.pseudoRandomBytes", "crypto2.pseudoRandomBytes(1)"],
  ["new sqlite.DatabaseSync()", "new DatabaseSync(':memory:')"],
  // What works behind the clock's back.
  ["crypto.scrypt()", "crypto2.scrypt('a', 'b', 8, () => {})"],
  ["process.nextTick()", "deflate('a', () => {})"],
  ["crypto.subtle.encapsulateKey()", "crypto.subtle.encapsulateKey()"],
  ["new worker_threads.Worker()", "new worker.Worker('/x.js')"],
  ["new worker_threads.MessageChannel()", "new worker.MessageChannel()"],
  ["new inspector.Session()", "new Session()"],
  ["navigator.locks", "navigator.locks"],
  // What is the machine's or the process's.
  ["process.cwd()", "process.cwd()"],
  ["process.cwd()", "cwd()"],
  ["process.argv", "process.argv.length"],
  ["process.execPath", "process.execPath"],
  ["process.title", "process.title"],
  ["process.report", "process.report"],
  ["process.binding()", "process.binding('os')"],
  ["process.reallyExit()", "process.reallyExit(0)"],
  ["process.memoryUsage()", "process.memoryUsage()"],
  ["v8.getHeapStatistics()", "v8.getHeapStatistics()"],
  ["Deno.cwd()", "Deno.cwd()"],
  ["Deno.execPath()", "Deno.execPath()"],
  ["Deno.mainModule", "Deno.mainModule"],
  ["Deno.args", "Deno.args"],
  ["Deno.pid", "Deno.pid"],
  ["Deno.exit()", "Deno.exit()"],
];

Deno.test("machine guard: the machine's clocks, timers and chance are refused, however they are reached", async () => {
  const attempts = accesses.map(([name, code]) =>
    `attempt(${JSON.stringify(name)}, () => ${code});`
  );
  const verdict = await runProgram(
    `import crypto2, { randomBytes } from "node:crypto";
    import { Session } from "node:inspector";
    import { createRequire } from "node:module";
    import hooks from "node:perf_hooks";
    import imported, { cwd, hrtime, pid } from "node:process";
    import { DatabaseSync } from "node:sqlite";
    import * as util from "node:util";
    import v8 from "node:v8";
    import vm from "node:vm";
    import * as worker from "node:worker_threads";
    import { scheduler } from "node:timers/promises";
    import { deflate } from "node:zlib";
    import * as timers from "node:timers";
    import required from "./package.cjs";
    import { setTimeout as sleep } from "node:timers/promises";
    const captured = Date;
    const kept = setTimeout;
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
    import { resolve } from "node:path";
    import { runInThisContext } from "node:vm";
    import process from "node:process";` + places["a handler"](`
      console.log(new Date(0).getTime(), new Date("2020-01-01") > new Date(5));
      if (!(new Date(0) instanceof Date)) throw new Error("no Date");
      queueMicrotask(() => {});
      createHash("sha256").update(process.platform).digest("hex");
      new Date(2020, 1), Date.UTC(2020), Date.parse("2020");
      new Intl.DateTimeFormat().format(0);
      new File([], "a", { lastModified: 0 });
      new PerformanceMark("a", { startTime: 0 });
      runInThisContext("1 + 1");
      resolve("/a", "b");
      process.on("exit", () => {});
      new Map([[typeof Deno.build.os, Math.floor(1.5)]]);
      new AbortController().abort();
      clearTimeout(undefined);`),
  );
  assert.equal(verdict.valid, true, verdict.explanation.join());
});

Deno.test("machine guard: time zone and language are the same on every machine", async () => {
  const before = { TZ: Deno.env.get("TZ"), LC_ALL: Deno.env.get("LC_ALL") };
  Deno.env.set("TZ", "Asia/Tokyo");
  Deno.env.set("LC_ALL", "de_DE.UTF-8");
  try {
    const { valid, explanation } = await runProgram(places["a handler"](`
      const text = new Date(0).toString() + (1e6).toLocaleString();
      if (!/^Thu Jan 01 1970 00:00:00 .*1,000,000$/.test(text)) {
        throw new Error(text);
      }`));
    assert.equal(valid, true, explanation.join());
  } finally {
    for (const [name, value] of Object.entries(before)) {
      if (value === undefined) Deno.env.delete(name);
      else Deno.env.set(name, value);
    }
  }
});

Deno.test("machine guard: what a program prints or warns of disturbs no verdict", async () => {
  const { valid, explanation } = await runProgram(
    `import process from "node:process";` + places["a handler"](`
      console.log(1); console.table([1]); console.dir(1); console.count();
      console.clear(); console.group("g"); console.groupEnd();
      process.stdout.write("no verdict\\n");
      process.emitWarning("careful");`),
  );
  assert.equal(valid, true, explanation.join());
});

Deno.test("machine guard: who writes past all that to stdout is told what to use", async () => {
  const program = `import { writeSync } from "node:fs";` +
    places["a handler"](`writeSync(1, "no verdict\\n");`);
  await assert.rejects(runProgram(program), {
    name: "UnusableProgram",
    message: /wrote to stdout.*no verdict.*node\.log\(\)/s,
  });
});

Deno.test("machine guard: what is denied later, to nobody who listens, ends the search, too", async () => {
  const program = `import { ReadStream } from "node:fs";` +
    places["a handler"](`new ReadStream("/etc/hostname"); throw new Error();`);
  await assert.rejects(runProgram(program), {
    name: "UnusableProgram",
    message: /Requires read access to "\/etc\/hostname"/,
  });
});

Deno.test("machine guard: what docs/simulation.md calls not guarded is not", async () => {
  const { valid, explanation } = await runProgram(
    `import { readFileSync } from "node:fs";
    import { Readable } from "node:stream";
    import process from "node:process";` + places["a handler"](`
      import("node:path");
      WebAssembly.compile(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0));
      new Blob(["a"]).text();
      new CompressionStream("gzip");
      Readable.from(["a"]).on("data", () => {});
      readFileSync(new URL(import.meta.url));
      new FinalizationRegistry(() => {}), new WeakRef({});
      new Error().stack;
      process.version, Deno.build.os, navigator.userAgent;`),
  );
  assert.equal(valid, true, explanation.join());
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
