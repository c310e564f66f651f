import assert from "node:assert/strict";
import { MAX_LENGTH } from "../../../workbench/histories/format.ts";
import {
  HistoryError,
  readHistory,
} from "../../../workbench/histories/read.ts";
import { parseJson, stringifyJson } from "../../../workbench/json.ts";
import { simulate } from "../../../workbench/run.ts";
import { parseSimulateOptions } from "../../../workbench/cli/options.ts";
import { faultOf, jsonLines, readText } from "../../support/histories.ts";

const events = [
  { type: "invoke", process: 0, f: "write", value: ["x", "é"] },
  { type: "ok", process: 0, f: "write", value: ["x", "é"] },
];
const lines = jsonLines(events);

Deno.test("jsonl: pieces of any size give the same history", async () => {
  const whole = await readText(lines);
  assert.equal(whole.format, "jsonl");
  for (let size = 1; size < 40; size++) {
    assert.deepEqual(await readText(lines, size), whole);
  }
});

Deno.test("jsonl: a BOM, CRLF, blank lines and a last line without newline make no difference", async () => {
  const { history } = await readText(lines);
  const same = [
    `\ufeff${lines}`,
    lines.replaceAll("\n", "\r\n"),
    `\n\n${lines.replaceAll("\n", "\n\n")}  `,
    lines.trimEnd(),
  ];
  for (const text of same) {
    assert.deepEqual((await readText(text)).history, history);
  }
});

Deno.test("jsonl: a file cut anywhere is no history, unless it is cut between lines", async () => {
  const bytes = new TextEncoder().encode(lines);
  const firstEnds = bytes.indexOf(10);
  const whole = [firstEnds, firstEnds + 1, bytes.length - 1];
  for (let i = 2; i < bytes.length; i++) {
    const said = await faultOf(bytes.slice(0, i));
    if (whole.includes(i)) assert.equal(said, "none");
    else assert.match(said, /^line [12]: .*(cut off|middle of a character)/);
  }
});

Deno.test("jsonl: what is no event is told with its line", async () => {
  assert.match(
    await faultOf(`${lines}{"type":}\n`),
    /^line 3: "\{"type":\}" is no JSON: /,
  );
  assert.equal(
    await faultOf(`${lines}[1]\n`),
    'line 3: "[1]" is no event: one is an object such as {"type":"invoke",' +
      '"process":0,"f":"read","value":null}',
  );
});

Deno.test("histories: a file that is no text is told what it is", async () => {
  const gzip = new Uint8Array(
    await new Response(
      new Blob([lines]).stream().pipeThrough(new CompressionStream("gzip")),
    ).arrayBuffer(),
  );
  assert.equal(
    await faultOf(gzip),
    "the file is compressed by gzip: unpack it first",
  );
  const utf16 = new Uint8Array(
    Uint16Array.from(
      [...`\ufeff${lines}`].map((it) => it.charCodeAt(0)),
    ).buffer,
  );
  for (const bytes of [utf16, utf16.slice(2)]) {
    assert.match(await faultOf(bytes), /UTF-16: write it in UTF-8$/);
  }
  assert.equal(
    await faultOf(`${lines}\0`),
    "line 3: it has a NUL byte: is the file damaged, or no text?",
  );
  const latin1 = new Uint8Array([...lines].map((it) => it.charCodeAt(0)));
  assert.equal(await faultOf(latin1), "line 1: it has bytes that are no UTF-8");
  for (const text of ["", "\n \n"]) {
    assert.equal(await faultOf(text), "the file is empty");
  }
  assert.match(
    await faultOf("Dear diary,\n"),
    /^no history begins with "Dear diary,": formats are jsonl, /,
  );
});

Deno.test("histories: a line without end is given up before memory is full", async () => {
  let given = 0;
  const piece = new TextEncoder().encode(`{"value":"${"x".repeat(1 << 20)}`);
  async function* endless() {
    for (;;) {
      given += piece.length;
      yield piece;
    }
  }
  await assert.rejects(
    readHistory(endless()),
    (error) =>
      error instanceof HistoryError &&
      error.message ===
        `line 1: it is longer than ${MAX_LENGTH} characters, the most that ` +
          "is read",
  );
  assert.ok(given < 1.1 * MAX_LENGTH);
});

Deno.test("jsonl: a run's own file is the run's history, exactly", async () => {
  const runs = [
    "-w broadcast --program broadcast.ts --nemesis partition",
    "-w unique-ids --program unique_ids.ts",
    "-w kafka --program kafka.ts",
    "-w txn-rw-register --program txn.ts --nemesis kill",
    "-w txn-list-append --program beyond/list_append.ts --p-loss 0.1",
    "-w pn-counter --program counter.ts",
    "-w lin-kv --program beyond/lin_kv.ts --nemesis partition",
  ];
  for (const run of runs) {
    const options = parseSimulateOptions(
      `${run} --node-count 3 --rate 20 --time-limit 5 --nemesis-interval 1`
        .split(" "),
    );
    const { default: program } = await import(`file://${options.program}`);
    const { history } = await simulate(options, program);
    const stored = history.map((op) => stringifyJson(op));
    const read = await readText(stored.map((it) => `${it}\n`).join(""));
    assert.deepEqual(read.notes, [], run);
    assert.deepEqual(read.history, stored.map(parseJson), run);
  }
});
