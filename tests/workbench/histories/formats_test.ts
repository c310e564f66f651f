import assert from "node:assert/strict";
import {
  formats,
  HistoryError,
  readHistory,
} from "../../../workbench/histories/read.ts";
import { type Op } from "../../../workbench/load/history.ts";
import { faultOf, readText } from "../../support/histories.ts";

/** What matters of events, a line each. */
const told = (history: readonly Op[]) =>
  history.map(({ process, type, f, value }) =>
    `${process} ${type} ${f} ${JSON.stringify(value)}`
  );

Deno.test("histories: each format's example is told to be of it, however it comes", async () => {
  for (const { name, example } of formats) {
    const whole = await readText(example);
    assert.equal(whole.format, name);
    for (const size of [1, 2, 3, 7, 50]) {
      assert.deepEqual(await readText(example, size), whole, name);
    }
  }
});

Deno.test("histories: no example that is cut off gives half an event", async () => {
  for (const { name, example } of formats) {
    const { history } = await readText(example);
    const bytes = typeof example === "string"
      ? new TextEncoder().encode(example)
      : example;
    for (let i = 40; i < bytes.length; i++) {
      let read;
      try {
        read = (await readText(bytes.slice(0, i))).history;
      } catch {
        continue;
      }
      // Columns and lines may end where a value does.
      const whole = read.map((op) => ({ ...op, time: 0 }));
      if (name === "transaction-lines") continue;
      assert.deepEqual(
        whole.slice(0, -1),
        history.slice(0, whole.length - 1).map((op) => ({ ...op, time: 0 })),
        `${name} ${i}`,
      );
    }
  }
});

Deno.test("histories: a format can be named, and only one that there is", async () => {
  await assert.rejects(
    readHistory(new Blob(["{}"]).stream(), { format: "xml" }),
    /there is no format xml: there are jsonl, /,
  );
});

Deno.test("histories: a stream is read where streams can't be iterated, and closed after a fault", async () => {
  for (const text of ["Dear diary", '{"type":"ok"}', "\x1f\x8b"]) {
    let isClosed = false;
    const endless = () =>
      new ReadableStream<Uint8Array>({
        pull: (it) =>
          it.enqueue(
            Uint8Array.from(`${text}\n`.repeat(99), (it) => it.charCodeAt(0)),
          ),
        cancel: () => void (isClosed = true),
      });
    const inSafari = new Proxy(endless(), {
      has: (stream, key) => key !== Symbol.asyncIterator && key in stream,
      get: (stream, key) => key === "getReader" && (() => stream.getReader()),
    });
    for (const stream of [endless(), inSafari]) {
      isClosed = false;
      await assert.rejects(readHistory(stream), HistoryError);
      assert.equal(isClosed, true, text);
    }
  }
});

Deno.test("json: an array in one line or in many, with its events in any place", async () => {
  const spread = `
[
  {"type": "invoke", "f": "add",
   "value": "]}\\"", "process": 0}, {"type":"ok","f":"add","value":"]}\\"","process":0}
  ,{"type":"invoke","f":"read","value":null,"process":1}
]
`;
  const { history } = await readText(spread);
  const inOneLine = spread.replaceAll("\n", " ");
  assert.deepEqual((await readText(inOneLine, 5)).history, history);
  assert.deepEqual(told(history), [
    '0 invoke add "]}\\""',
    '0 ok add "]}\\""',
    "1 invoke read null",
  ]);
});

Deno.test("json: damage is told with its line", async () => {
  const event = '{"type":"invoke","f":"a","process":0}';
  const faults = [
    [`[${event},\n{"type":"ok",}]`, /^line 2: .* is no JSON/],
    [`[${event}\n${event}]`, /^line 2: .* stands where ", or \]" should/],
    [`[${event},\n]`, /^line 2: "\]" stands where an event should/],
    [`[${event}]\n[${event}]`, /^line 2: .* follows the end of the events/],
    [`[${event},\n\n3]`, /^line 3: "3\]" stands where an event should/],
    [`[\n${event.slice(0, -1)}`, /^line 2: the file ends in the middle/],
    [`[\n${event}\n`, /^line 3: the file ends before the "\]"/],
    ["[]", /^there is no event in the file$/],
  ] as const;
  for (const [text, said] of faults) assert.match(await faultOf(text), said);
});

Deno.test("kv: the key stands in the value", async () => {
  const { history, model } = await readText(
    '{:process 0, :type :invoke, :f :get, :key "a", :value nil}\n' +
      '{:process 0, :type :ok, :f :get, :key "a", :value ""}\n',
  );
  assert.equal(model, "kv");
  assert.deepEqual(told(history), [
    '0 invoke get ["a",null]',
    '0 ok get ["a",""]',
  ]);
  assert.equal("key" in history[0], false);
});

Deno.test("jepsen-log: events are found in all layouts that Jepsen has had, between other lines", async () => {
  const events = [
    "0\t:invoke\t:cas\t[1 2]",
    "1\t:invoke\t:read\tnil",
    ":nemesis\t:info\t:start\tnil",
    "0\t:info\t:cas\t:timed-out",
    '1\t:fail\t:read\tnil\t[:refused "no\\tway"]',
  ];
  const layouts = [
    (event: string) => `INFO  jepsen.util - ${event}`,
    (event: string, ms: number) =>
      `INFO [2024-01-06 15:07:52,00${ms}] jepsen worker 0 - jepsen.util ${event}`,
    (event: string, ms: number) =>
      `2024-01-06 15:07:52,00${ms}{GMT}\tINFO\t[jepsen worker 0] jepsen.util: ${event}`,
    (event: string) => `INFO  jepsen.util - ${event.replaceAll("\t", "   ")}`,
  ];
  const between =
    "INFO [2024-01-06 15:07:52,000] main - jepsen.core Setting up\n" +
    "java.net.ConnectException: no\n\tat clojure.core$foo.invoke(core.clj:1)\n";
  for (const layout of layouts) {
    const text = between + events.map(layout).join(`\n${between}`) + "\n";
    const { history, format } = await readText(text);
    assert.equal(format, "jepsen-log");
    assert.deepEqual(told(history), [
      "0 invoke cas [1,2]",
      "1 invoke read null",
      "nemesis info start null",
      "0 info cas [1,2]",
      "1 fail read null",
    ]);
    assert.deepEqual(history.map(({ error }) => error).slice(3), [
      "timed-out",
      ["refused", text.includes("   ") ? "no\tway" : "no\tway"],
    ]);
  }
  const dated = events.map(layouts[1]).join("\n");
  const { history } = await readText(dated);
  assert.deepEqual(history.map(({ time }) => time), [0, 1e6, 2e6, 3e6, 4e6]);
});

Deno.test("jepsen-log: an event that is cut off is not taken for another line", async () => {
  const text = "INFO  jepsen.util - 0\t:invoke\t:read\tnil\n";
  assert.equal(
    await faultOf(`${text}INFO  jepsen.util - 0\t:ok\n`),
    'line 2: "0\t:ok" has not the columns of an event: process, :type, ' +
      ":function and value",
  );
  assert.match(
    await faultOf(`${text}INFO  jepsen.util - 0\t:ok\t:read\t[1 2`),
    /^line 2: its value, "\[1 2", can't be read/,
  );
});

Deno.test("transaction-lines: steps are gathered by transaction, and sessions are processes", async () => {
  const { history, model, hasRealTime, notes } = await readText(
    "w(1,7,5,0)\nr(1,7,6,1)\nr(2,0,5,0)\nw(2,8,6,1)\nw(3,9,5,-1)\nr(3,1,5,-1)\n",
  );
  assert.equal(model, "rw-register");
  assert.equal(hasRealTime, false);
  assert.equal(notes.length, 2);
  assert.deepEqual(told(history), [
    '5 invoke txn [["w",1,7],["r",2,null]]',
    '5 ok txn [["w",1,7],["r",2,null]]',
    '6 invoke txn [["r",1,null],["w",2,8]]',
    '6 ok txn [["r",1,7],["w",2,8]]',
    '5 invoke txn [["w",3,9]]',
    '5 fail txn [["w",3,9]]',
  ]);
});

Deno.test("transaction-lines: a 0 that was written is a value", async () => {
  const { history } = await readText("w(1,0,0,0)\nr(1,0,1,1)\n");
  assert.deepEqual(history[3].value, [["r", 1, 0]]);
});

Deno.test("transaction-lines: what is none is told with its line", async () => {
  assert.match(
    await faultOf("w(1,2,3,4)\nw(1,2,3)\n"),
    /^line 2: "w\(1,2,3\)" is no read or write of a transaction/,
  );
  assert.equal(
    await faultOf("w(1,2,3,4)\nw(1,5,4,4)\n"),
    "line 2: transaction 4 is of session 4 here, and of session 3 on line 1",
  );
});

const [dbcop] = formats.flatMap(({ name, example }) =>
  name === "dbcop" && typeof example !== "string" ? [example] : []
);

Deno.test("dbcop: sessions are processes, and their transactions have no times", async () => {
  const { history, hasRealTime, model } = await readText(dbcop);
  assert.equal(model, "rw-register");
  assert.equal(hasRealTime, false);
  assert.deepEqual(told(history), [
    '0 invoke txn [["w",1,5]]',
    '0 ok txn [["w",1,5]]',
    '1 invoke txn [["r",1,null]]',
    '1 ok txn [["r",1,5]]',
  ]);
});

Deno.test("dbcop: what did not commit may have happened, and a step that failed is none", async () => {
  const bytes = dbcop.slice();
  bytes[bytes.length - 1] = 0;
  bytes[bytes.length - 2] = 0;
  assert.deepEqual(told((await readText(bytes)).history).slice(2), [
    "1 invoke txn []",
    "1 info txn []",
  ]);
});

Deno.test("dbcop: a file that is cut off or damaged is told to be", async () => {
  for (let i = 48; i < dbcop.length; i++) {
    assert.match(
      await faultOf(dbcop.slice(0, i)),
      /^the file ends after \d+ bytes, in the middle/,
    );
  }
  assert.match(
    await faultOf(Uint8Array.from([...dbcop, 1])),
    /^1 bytes follow the end/,
  );
  const bytes = dbcop.slice();
  bytes[bytes.length - 1] = 7;
  assert.match(await faultOf(bytes), /^byte \d+ is 7, where 0 or 1 should/);
});
