import assert from "node:assert/strict";
import { toEdn } from "../../workbench/results/edn.ts";
import { Packet } from "../../workbench/cluster/journal.ts";
import { compare, max, successor } from "../../workbench/integers.ts";
import {
  canonicalJson,
  copyJson,
  floatText,
  parseJson,
  sameJson,
  stringifyJson,
} from "../../workbench/json.ts";

const parsed = (text: string) => {
  const value = parseJson(text);
  return typeof value === "object" && value !== null ? floatText(value) : value;
};

Deno.test("json: integers are exact, whatever their size", () => {
  const far = "1700000000000000001";
  assert.equal(parseJson(far), 1700000000000000001n);
  assert.deepEqual(parseJson(`{"k":[-${far},2]}`), { k: [-BigInt(far), 2] });
  assert.equal(parseJson(`${2 ** 53 - 1}`), 2 ** 53 - 1);
  assert.equal(parseJson("9007199254740992"), 2n ** 53n);
  const text = `[1${"0".repeat(400)},2.0,"x"]`;
  assert.equal(stringifyJson(parseJson(text)), text);
});

Deno.test("json: a float is no integer, by its text, and stays one", () => {
  for (
    const [text, normal] of [
      ["2.0", "2.0"],
      ["2.00", "2.0"],
      ["2e0", "2.0"],
      ["20E-1", "2.0"],
      ["-0.0", "0.0"],
      ["1e3", "1000.0"],
      ["1e300", "1e+300"],
      ["1e400", "1e400"],
      ["1e20", "100000000000000000000.0"],
    ]
  ) {
    assert.equal(parsed(text), normal);
    for (const around of ["[1,@]", '{"a":@}', '{"a": @}', "[\n@]"]) {
      const line = around.replace("@", text);
      assert.ok(stringifyJson(parseJson(line)).includes(normal), line);
    }
  }
  assert.equal(parsed("2.5"), 2.5);
  assert.equal(parsed("-17"), -17);
});

Deno.test("json: a canonical text knows no order of fields, but 2.0 from 2", () => {
  const text = (json: string) => canonicalJson(parseJson(json));
  const canonical = '{"a":[{"x":1,"y":2.0}],"b":1700000000000000001}';
  assert.equal(
    text('{"b": 1700000000000000001, "a": [{"y": 2e0, "x": 1}]}'),
    canonical,
  );
  assert.equal(text(canonical), canonical);
  const others = ["2", "2.0", "[2]", '{"rawJSON":"2.0"}', '"2.0"'].map(text);
  assert.equal(new Set(others).size, others.length);
});

Deno.test("json: what only looks like a float within a text does no harm", () => {
  for (
    const value of [
      { id: "3e7c2d1e-8e5a-4c2e", at: "10.0.0.1", say: "now 2.0, then 3e5" },
      ["1e5", "a:2.0", "[3.0", { "4.0": 4 }],
    ]
  ) {
    assert.deepEqual(parseJson(JSON.stringify(value)), value);
  }
});

Deno.test("json: 2.0 is not 2, and 2.0 is 2.00", () => {
  const same = (a: string, b: string) => sameJson(parseJson(a), parseJson(b));
  assert.ok(same("[2.0]", "[2.00]"));
  assert.ok(!same("[2.0]", "[2]"));
  assert.ok(!same("[2.0]", '["2.0"]'));
  assert.ok(same("[2.5]", "[25e-1]"));
});

Deno.test("json: a JavaScript node is given floats as the numbers that they are", () => {
  const text = '{"type":"x","a":[2.0,{"b":1e3}],"c":2.5}';
  const expected = { type: "x", a: [2, { b: 1000 }], c: 2.5 };
  const packet = () => new Packet(0, "c0", "n0", undefined, text);
  assert.deepEqual(packet().copyBody(), expected);
  const seen = packet();
  assert.ok(seen.body);
  assert.deepEqual(seen.copyBody(), expected);
  assert.deepEqual(copyJson(parseJson(text)), expected);
});

Deno.test("json: floats in results", () => {
  assert.equal(
    toEdn({ value: parseJson("[2.0,2,1e300]") }),
    "{:value [2.0 2 1e+300]}",
  );
  const lost = { lost: [parseJson("2.0")] };
  assert.equal(toEdn(lost, { lost: "values" }), "{:lost (2.0)}");
});

Deno.test("integers: numbers as far as they are exact, then bigints", () => {
  const last = Number.MAX_SAFE_INTEGER;
  assert.equal(successor(7), 8);
  assert.equal(successor(last), 2n ** 53n);
  assert.equal(successor(2n ** 60n), 2n ** 60n + 1n);
  assert.equal(successor(-(2n ** 53n)), -last);
  assert.equal(max(last, 2n ** 53n), 2n ** 53n);
  assert.deepEqual([2n ** 60n, 3, -(2n ** 60n)].sort(compare), [
    -(2n ** 60n),
    3,
    2n ** 60n,
  ]);
});
