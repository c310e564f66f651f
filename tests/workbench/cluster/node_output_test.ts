import assert from "node:assert/strict";
import { parseEnvelope } from "../../../workbench/cluster/node_output.ts";

Deno.test("first errors: what is no message is told for what it probably is", () => {
  const right = '{"src": "n0", "dest": "c1", "body": {"type": "x"}}';
  assert.equal(parseEnvelope(` ${right} \r`).dest, "c1");
  for (
    const [line, words] of [
      ["got an echo", /line of a log, print it to stderr/],
      ["[2026-11-25] started", /line of a log, print it to stderr/],
      ["null", /it is no object.* stderr/],
      ["", /It is empty/],
      ["{", /spread over several lines/],
      [' "src": "n0",', /spread over several lines/],
      ["},", /spread over several lines/],
      [right + right, /several messages: end each with a newline/],
      ["\uFEFF" + right, /byte order mark/],
      [right.replaceAll('"', "“"), /typographic quotation marks/],
      [right.replaceAll('"', "'"), /json\.dumps/],
      [right.slice(0, -2), /cut off or has a mistake/],
      [right.replace('"src"', '"source"'), /"src" is missing/],
      [right.replace('"n0"', "0"), /"src" is no string/],
      ['{"src": "n0", "dest": "c1"}', /"body" is missing/],
      [right.replace("{", '{"ts": 1, '), /no field "ts"/],
    ] as const
  ) {
    assert.throws(() => parseEnvelope(line), words, line);
  }
});
