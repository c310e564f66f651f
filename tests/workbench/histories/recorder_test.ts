/** The page on histories is true: its examples, its recorders, its schema. */
import assert from "node:assert/strict";
import { checkSetFull } from "../../../workbench/checkers/set_full.ts";
import { formats } from "../../../workbench/histories/read.ts";
import { type Op } from "../../../workbench/load/history.ts";
import { faultOf, jsonLines, readText } from "../../support/histories.ts";

const root = new URL("../../../", import.meta.url);
const page = await Deno.readTextFile(new URL("docs/histories.md", root));

const blocks = (language: string): string[] =>
  [...page.matchAll(/^```(\w+)\n(.*?)^```$/gms)]
    .flatMap(([, name, code]) => name === language ? [code] : []);

Deno.test("docs: each format stands on the page, with the example that is read", () => {
  for (const { name, about, example } of formats) {
    assert.ok(page.includes(`| \`${name}\``), name);
    assert.ok(page.includes(about), name);
    if (typeof example === "string") {
      assert.ok(page.includes(`\n${example}\`\`\``), name);
    }
  }
});

/** Runs a recorder and its clients, and checks what they have recorded. */
async function record(
  language: string,
  ending: string,
  command: string,
  args: readonly string[],
): Promise<void> {
  const [recorder, clients, ...others] = blocks(language);
  assert.deepEqual(others, []);
  assert.ok((recorder.match(/^.*\S.*$/gm)?.length ?? Infinity) <= 30, "short");
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/recorder.${ending}`, recorder);
    await Deno.writeTextFile(`${folder}/clients.${ending}`, clients);
    const file = `${folder}/history.jsonl`;
    const { code, stderr } = await new Deno.Command(command, {
      args: [...args, `${folder}/clients.${ending}`, file],
    }).output();
    assert.equal(code, 0, new TextDecoder().decode(stderr));
    const { history, format, notes } = await readText(
      await Deno.readFile(file),
    );
    assert.equal(format, "jsonl");
    assert.deepEqual(notes, []);
    assert.ok(history.length > 600);
    const check = (it: readonly Op[]) => checkSetFull(it, { add: "add" }).valid;
    assert.equal(check(history), true);
    const lost = history.map((op) =>
      op.f === "read" && Array.isArray(op.value)
        ? { ...op, value: op.value.filter((it) => it !== 7) }
        : op
    );
    assert.equal(check(lost), false);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("docs: the recorder in TypeScript records a history that is judged", async () => {
  await record("ts", "ts", Deno.execPath(), [
    "run",
    "--check",
    "-A",
    "--quiet",
  ]);
});

const hasPython = await new Deno.Command("python3", {
  args: ["--version"],
  stdout: "null",
  stderr: "null",
}).output().then(({ success }) => success, () => false);

Deno.test({
  name: "docs: the recorder in Python records a history that is judged",
  ignore: !hasPython,
}, async () => {
  await record("python", "py", "python3", []);
});

interface Schema {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Schema[];
  readonly minimum?: number;
  readonly minLength?: number;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
}

/** Whether a value fits, as far as this schema has rules. */
function fits(schema: Schema, value: unknown): boolean {
  const { type, minimum = -Infinity, minLength = 0, properties = {} } = schema;
  if (schema.enum !== undefined) return schema.enum.includes(value);
  if (schema.anyOf !== undefined) {
    return schema.anyOf.some((it) => fits(it, value));
  }
  if (type === "null") return value === null;
  if (type === "integer") {
    return Number.isInteger(value) && Number(value) >= minimum;
  }
  if (type === "string") {
    return typeof value === "string" && value.length >= minLength;
  }
  if (type !== "object") return type === undefined || typeof value === type;
  if (typeof value !== "object" || value === null) return false;
  const fields = new Map<string, unknown>(Object.entries(value));
  return (schema.required ?? []).every((it) => fields.has(it)) &&
    [...fields].every(([name, field]) => fits(properties[name] ?? {}, field));
}

Deno.test("docs: the schema lets pass what is read, and refuses what is not", async () => {
  const schema: Schema = JSON.parse(
    await Deno.readTextFile(
      new URL("workbench/histories/history.schema.json", root),
    ),
  );
  const event = { type: "invoke", process: 0, f: "read" };
  const right = [
    event,
    { ...event, process: "a", value: null, time: 1.5, index: 7, more: {} },
    { ...event, process: "nemesis", type: "info", error: [1], time: null },
  ];
  const wrong = [
    ...[3, null, [event], {}, { ...event, type: "done" }],
    ...[{ ...event, process: -1 }, { ...event, process: 1.5 }],
    ...[{ ...event, process: "" }, { ...event, f: "" }, { ...event, f: 1 }],
    ...[{ ...event, time: "now" }, { ...event, index: 0.5 }],
    ...[{ type: "ok", process: 0 }],
  ];
  for (const it of right) {
    assert.equal(fits(schema, it), true, JSON.stringify(it));
    assert.equal(await faultOf(jsonLines([it])), "none");
  }
  for (const it of wrong) {
    assert.equal(fits(schema, it), false, JSON.stringify(it));
    // Behind one that is right, so that the format is beyond doubt.
    assert.match(
      await faultOf(jsonLines([{ ...event, process: 9 }, it])),
      /^line 2: /,
      JSON.stringify(it),
    );
  }
});
