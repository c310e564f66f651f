/** The checkers as a library: what it decides, refuses, and is made of. */
import assert from "node:assert/strict";
import {
  check,
  formats,
  HistoryError,
  type Model,
  models,
  type Op,
  type ReadHistory,
  readHistory,
} from "../../../workbench/check/mod.ts";
import { needsOf } from "../../support/modules.ts";
import { readText } from "../../support/histories.ts";

/** Operations of one process after the other: function, what was asked, result. */
function history(
  ...operations:
    readonly (readonly [f: string, asked: unknown, told: unknown])[]
): Op[] {
  return operations.flatMap(([f, asked, told], i): Op[] => [
    { index: 2 * i, time: 2 * i, type: "invoke", process: i, f, value: asked },
    {
      index: 2 * i + 1,
      time: 2 * i + 1,
      type: "ok",
      process: i,
      f,
      value: told,
    },
  ]);
}

/** A register whose values are numbers. */
const register: Model<number> = {
  name: "register",
  init: 0,
  step(state, { f, input, output }) {
    if (f === "write") return Number(input);
    return output === undefined || output === state ? state : undefined;
  },
};

/** One transaction overwrites what another one reads later; without real time. */
const STALE = "w(1,10,0,0)\nw(1,20,0,1)\nr(1,20,1,2)\nr(1,10,1,3)\n";

Deno.test("library: every model has its name, words, and functions with values in JSON", () => {
  assert.ok(models.length >= 5);
  for (const { name, about, functions, aliases } of models) {
    assert.match(name, /^[a-z][a-z0-9-]*$/);
    assert.match(about, /^[a-z`].*[^.]$/s, name);
    for (const value of Object.values(functions)) JSON.parse(value);
    for (const alias of aliases) {
      assert.ok(!models.some((it) => it.name === alias), alias);
    }
  }
  const names = models.flatMap(({ name, aliases }) => [name, ...aliases]);
  assert.equal(new Set(names).size, names.length);
});

Deno.test("library: a model of one's own decides whether a history is linearizable", () => {
  const right = history(["write", 1, 1], ["read", null, 1]);
  const wrong = history(["write", 1, 1], ["read", null, 0]);
  assert.equal(check(right, register).valid, true);
  const { valid, explanation, evidence } = check(wrong, register);
  assert.equal(valid, false);
  assert.match(`${explanation}`, /read/);
  assert.equal(evidence?.[0].kind, "linearization");
});

Deno.test("library: a search that is given up says unknown, not valid", () => {
  const read = history(["write", 1, 1], ["read", null, 0]);
  const limits = { configurations: 1, bytes: 1000 };
  const many = read.concat(
    Array.from({ length: 10 }, (_, i): Op => ({
      ...{ index: 4 + i, time: 4 + i, process: 10 + i },
      ...{ type: "invoke", f: "write", value: 100 + i },
    })),
  );
  assert.notEqual(check(many, register, { limits }).valid, true);
});

Deno.test("library: without real time, transactions are held against what sessions tell, and a note says so", async () => {
  const read = await readText(STALE);
  const { valid, notes = [] } = check(read, "rw-register");
  assert.equal(valid, false);
  assert.match(
    notes.join(" "),
    /held against strong-session-serializable/,
  );
  const asked = (...consistencyModels: string[]) =>
    check(read, "rw-register", { consistencyModels }).valid;
  assert.equal(asked("read-committed"), true);
  assert.throws(
    () => asked("strict-serializable"),
    /tells no real time, which rw-register needs with these options/,
  );
  assert.throws(() => check(read, register), HistoryError);
});

Deno.test("library: what was assumed to read a file is told with the verdict", async () => {
  const read = await readText('{"process":0,"type":"invoke","f":"generate"}');
  const { notes = [] } = check(read, "unique-ids");
  assert.match(notes.join(" "), /has not ended/);
});

Deno.test("library: an array that is no history gets no verdict", () => {
  const [invoke, ok] = history(["generate", null, 1]);
  const faults: readonly [Op[], RegExp][] = [
    [[ok], /line 1: process 0 ends generate \(ok\), which it has not begun/],
    [[invoke, { ...invoke, index: 1 }], /line 2: process 0 invokes generate/],
    [[], /no event/],
    [
      history(["dance", null, 1]),
      /op 0 is a dance, but unique-ids has generate/,
    ],
  ];
  for (const [events, fault] of faults) {
    assert.throws(
      () => check(events, "unique-ids"),
      (error) => error instanceof HistoryError && fault.test(error.message),
    );
  }
});

Deno.test("library: wrong models and options are refused in words", async () => {
  const read = await readText(STALE);
  const faults: readonly [() => unknown, RegExp][] = [
    [() => check(read, "rw"), /there is no model rw: there are .*rw-register/],
    [
      () => check(read, "rw-register", { models: [] }),
      /rw-register has no option models; it has: consistencyModels/,
    ],
    [
      () => check(read, "rw-register", { consistencyModels: ["strong"] }),
      /option consistencyModels: wants some of .*, got "strong"/,
    ],
    [
      () => check(history(["read", null, 0]), register, { speed: 1 } as object),
      /no option speed, only limits/,
    ],
  ];
  for (const [attempt, fault] of faults) {
    assert.throws(
      attempt,
      (error) => error instanceof TypeError && fault.test(error.message),
    );
  }
});

Deno.test("library: a stream that can't be iterated over, as Safari's, is read", async () => {
  const bytes = new TextEncoder().encode(STALE);
  const stream = new Blob([bytes.slice(0, 20), bytes.slice(20)]).stream();
  Object.defineProperty(stream, Symbol.asyncIterator, { value: undefined });
  const bare = { getReader: () => stream.getReader() };
  const { history, format }: ReadHistory = await readHistory(
    bare as ReadableStream<Uint8Array>,
  );
  assert.equal(history.length, 8);
  assert.equal(format, "transaction-lines");
});

Deno.test("library: formats tell what they are by name and example", () => {
  assert.ok(formats.length >= 6);
  for (const { name, about, example } of formats) {
    assert.ok(name && about && example.length > 0);
  }
});

Deno.test("library: the checkers need neither nodes, workloads nor a command line, and nothing that only Deno or Node.js has", () => {
  const names = [...needsOf("workbench/check/mod.ts")];
  assert.ok(names.includes("workbench/checkers/result.ts"));
  const isOwn =
    /^workbench\/(check|checkers|histories)\/|^workbench\/load\/history\.ts$|^workbench\/(json|integers)\.ts$|^lib\/(errors|json)\.ts$/;
  const known = [
    "workbench/cli/flags.ts",
    "workbench/cluster/client_names.ts",
  ];
  assert.deepEqual(
    names.filter((name) => !isOwn.test(name) && !known.includes(name)),
    [],
  );
  for (const name of names) {
    const code = Deno.readTextFileSync(name).replaceAll(/^ *\*.*$/gm, "");
    assert.doesNotMatch(code, /\b(Deno|process\.env|Buffer)\b\./, name);
  }
});

Deno.test("library: a module that needs Node.js by way of others would be found", () => {
  const names = needsOf("workbench/check/check.ts");
  assert.ok(names.has("node:path"));
  assert.ok(names.has("node:fs"));
  assert.ok(names.has("@pkgjs/parseargs"));
});
