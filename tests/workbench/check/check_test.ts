/** The command `check`, as people call it. */
import assert from "node:assert/strict";
import counter from "../../../counter.ts";
import kafka from "../../../kafka.ts";
import txn from "../../../txn.ts";
import { type Program } from "../../../lib/maelstrom.ts";
import linKv from "../../../beyond/lin_kv.ts";
import { Desk } from "../../support/desk.ts";
import { keep } from "../../support/reports.ts";

/** A register that is written, and then read as something. */
const register = (read: number) => [
  '{"process":0,"type":"invoke","f":"txn","value":[["w","x",1]]}',
  '{"process":0,"type":"ok","f":"txn","value":[["w","x",1]]}',
  '{"process":1,"type":"invoke","f":"txn","value":[["r","x",null]]}',
  `{"process":1,"type":"ok","f":"txn","value":[["r","x",${read}]]}`,
];

const runs: readonly (readonly [string, Program, string])[] = [
  ["counter", counter, "-w pn-counter --nemesis partition --time-limit 10"],
  ["kafka", kafka, "-w kafka --rate 50 --time-limit 5"],
  [
    "txn",
    txn,
    "-w txn-rw-register --consistency-models serializable --rate 200 " +
    "--latency 50 --nemesis partition --time-limit 6",
  ],
  ["lin_kv", linKv, "-w lin-kv --rate 50 --time-limit 5 --node-count 3"],
];

for (const [name, program, flags] of runs) {
  Deno.test(`check: a run of ${name}.ts gives the same results again, byte for byte`, async () => {
    using kept = await keep(program, flags);
    using desk = new Desk();
    const { code, out } = await desk.check(kept.folder, "--no-report");
    const { valid } = kept.result;
    assert.equal(code, valid === true ? 0 : valid === false ? 1 : 2, out);
    for (const file of ["results.json", "results.edn", "history.jsonl"]) {
      assert.equal(
        Deno.readTextFileSync(`${desk.path}/store/latest/${file}`),
        Deno.readTextFileSync(`${kept.folder}/${file}`),
        file,
      );
    }
  });
}

Deno.test("check: says what is wrong, writes a report, and ends with 1; valid is 0", async () => {
  using desk = new Desk();
  desk.write("good.jsonl", ...register(1)).write("bad.jsonl", ...register(9));
  const good = await desk.check("good.jsonl", "--no-report");
  assert.equal(good.code, 0, good.out + good.err);
  assert.match(good.out, /^checked +rw-register, strict-serializable$/m);
  assert.match(good.out, /^Valid: everything checked holds\.$/m);
  assert.doesNotMatch(good.out, /latency/, "the file has no times");
  desk.write(
    "bad.jsonl",
    ...register(1),
    '{"process":0,"type":"invoke","f":"txn","value":[["r","x",null]]}',
    '{"process":0,"type":"ok","f":"txn","value":[["r","x",null]]}',
  );
  const bad = await desk.check("bad.jsonl");
  assert.equal(bad.code, 1, bad.out + bad.err);
  assert.match(bad.out, /^Invalid: G-single-item-realtime; see above\.$/m);
  const [, page] = /^report +(\S+)$/m.exec(bad.out) ?? [];
  assert.match(
    Deno.readTextFileSync(`${desk.path}/${page}`),
    /^<!doctype html>/,
  );
  const weaker = await desk.check(
    ...["bad.jsonl", "--consistency-models", "serializable", "--no-report"],
  );
  assert.equal(weaker.code, 0, weaker.out + weaker.err);
});

Deno.test("check: of many files it says a line each and a tally, and the worst is its exit code", async () => {
  using desk = new Desk();
  desk.write("good.jsonl", ...register(1))
    .write("cut.jsonl", ...register(1), '{"process":0,"type":"inv')
    .write("two.jsonl", ...register(1), register(1)[1])
    .write("which.jsonl", '{"process":0,"type":"invoke","f":"add","value":1}');
  const { code, out } = await desk.check(
    ...["which.jsonl", "good.jsonl", "cut.jsonl", "two.jsonl", "none.jsonl"],
  );
  assert.equal(code, 2, out);
  assert.match(out, /^valid +good\.jsonl {2}rw-register, 2 operations$/m);
  assert.match(out, /^unreadable +cut\.jsonl: line 5: /m);
  assert.match(out, /^unreadable +two\.jsonl: line 5: /m);
  assert.match(out, /^unreadable +none\.jsonl: there is no such file/m);
  assert.match(out, /^unreadable +which\.jsonl: its operations, add, may be/m);
  assert.match(out, /^5 histories: 1 valid, 4 unreadable$/m);
});

Deno.test("check: what can't be judged is a sentence and exit code 2, never a stack", async () => {
  using desk = new Desk();
  const invoke = (f: string) => [
    `{"process":0,"type":"invoke","f":"${f}","value":1}`,
    `{"process":0,"type":"ok","f":"${f}","value":1}`,
  ];
  desk.write("add.jsonl", ...invoke("add")).write("good.jsonl", ...register(1));
  const cases: [readonly string[], RegExp][] = [
    [[], /check wants files with histories/],
    [["add.jsonl"], /its operations, add, may be of several models/],
    [["add.jsonl", "--model", "rw-register"], /op 0 is a add, but rw-register/],
    [["add.jsonl", "--model", "bogus"], /there is no model bogus/],
    [["good.jsonl", "--model", "./none.ts"], /there is no file .*none\.ts/],
    [["good.jsonl", "-w", "echo", "--model", "kafka"], /give one/],
    [
      [
        ...["add.jsonl", "--model", "set-full"],
        ...["--consistency-models", "serializable"],
      ],
      /there is no flag --consistency-models|--consistency-models is for/,
    ],
    [["."], /is no run's folder with a history/],
  ];
  for (const [args, message] of cases) {
    const { code, out, err } = await desk.check(...args);
    assert.equal(code, 2, args.join(" ") + out);
    assert.match(err, message);
    assert.doesNotMatch(err + out, /\n {4}at /);
  }
});
