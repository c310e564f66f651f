import assert from "node:assert/strict";
import fc from "fast-check";
import {
  type FaultStep,
  formatFaultScript,
  parseFaultScript,
} from "../../../workbench/cluster/fault_script.ts";
import { scriptsFor } from "../../support/fault_scripts.ts";

const nodes = ["n0", "n1", "n2"];

Deno.test("fault script: what is written is read as it was", () => {
  fc.assert(
    fc.property(scriptsFor(nodes, 60_000, 10_000), (steps) => {
      const text = formatFaultScript(steps);
      const read = parseFaultScript(text, nodes);
      assert.deepEqual(read, steps);
      assert.equal(formatFaultScript(read), text);
    }),
  );
});

Deno.test("fault script: a step has one form, whatever the order of its fields", () => {
  const steps = parseFaultScript(
    '{"by": 300, "message": 7, "at": 1.50e3, "do": "delay"}\r\n' +
      '{ "link": ["n0", "n1"], "do": "cut", "at": 0 }\r\n\n',
  );
  assert.equal(
    formatFaultScript(steps),
    '{"at":1500,"do":"delay","message":7,"by":300}\n' +
      '{"at":0,"do":"cut","link":["n0","n1"]}\n',
  );
});

Deno.test("fault script: an empty file is no step", () => {
  assert.deepEqual(parseFaultScript(""), []);
  assert.deepEqual(parseFaultScript("\uFEFF\n \n"), []);
});

Deno.test("fault script: each odd value is refused in a sentence, with its line", () => {
  const wrong: [line: string, sentence: string][] = [
    ["kill n1", "it is no JSON: "],
    [
      "[1]",
      'a step is an object such as {"at":1500,"do":"kill","node":"n1"}, got [1]',
    ],
    ["null", "a step is an object such as "],
    [
      '{"at":1}',
      '"do" is missing: one of kill, start, pause, resume, cut, heal, drop, ' +
      "delay, duplicate, skew",
    ],
    ['{"at":1,"do":"burn","node":"n1"}', '"do" wants one of kill, start, '],
    ['{"at":1,"do":"toString","node":"n1"}', '"do" wants one of kill, '],
    [
      '{"do":"kill","node":"n1"}',
      '"at" is missing: a time in ms since the run began, from 0',
    ],
    [
      '{"at":-1,"do":"kill","node":"n1"}',
      '"at" wants a time in ms since the run began, from 0, got -1',
    ],
    ['{"at":"1","do":"kill","node":"n1"}', '"at" wants a time in ms'],
    ['{"at":1e999,"do":"kill","node":"n1"}', '"at" wants a time in ms'],
    ['{"at":NaN,"do":"kill","node":"n1"}', "it is no JSON: "],
    ['{"at":1,"do":"kill"}', '"node" is missing: a node\'s name'],
    ['{"at":1,"do":"kill","node":1}', '"node" wants a node\'s name, got 1'],
    [
      '{"at":1,"do":"pause","node":"n9"}',
      'there is no node "n9"; there are n0, n1, n2',
    ],
    [
      '{"at":1,"do":"kill","node":"n1","by":3}',
      'kill has no "by"; it has at, do, node',
    ],
    [
      '{"at":1,"do":"cut","link":["n0"]}',
      '"link" wants two nodes, as in ["n0","n1"], got ["n0"]',
    ],
    [
      '{"at":1,"do":"cut","link":["n0","n0"]}',
      '"link" wants two nodes, but n0 is itself',
    ],
    [
      '{"at":1,"do":"heal","link":["n0","lin-kv"]}',
      'there is no node "lin-kv"; there are n0, n1, n2',
    ],
    [
      '{"at":1,"do":"drop","message":1.5}',
      '"message" wants a message\'s id in the journal, got 1.5',
    ],
    ['{"at":1,"do":"drop","message":-1}', '"message" wants '],
    ['{"at":1,"do":"drop"}', '"message" is missing: '],
    [
      '{"at":1,"do":"delay","message":1}',
      '"by" is missing: a number of ms above 0',
    ],
    [
      '{"at":1,"do":"delay","message":1,"by":0}',
      '"by" wants a number of ms above 0, got 0',
    ],
    [
      '{"at":1,"do":"skew","node":"n1","by":0}',
      '"by" wants how many ms the clock jumps, not 0; back if negative, got 0',
    ],
    ["", "it is empty; each line is a step, as JSON"],
  ];
  const right = '{"at":0,"do":"kill","node":"n0"}';
  for (const [line, sentence] of wrong) {
    assert.throws(
      () => parseFaultScript(`${right}\n${line}\n${right}`, nodes),
      ({ name, message }: Error) => {
        assert.equal(name, "FaultScriptError");
        const expected = `line 2: ${sentence}`;
        assert.equal(message.slice(0, expected.length), expected);
        return true;
      },
    );
  }
});

Deno.test("fault script: a script that knows no cluster may name any node", () => {
  const step: FaultStep = { at: 0, do: "kill", node: "a" };
  assert.deepEqual(parseFaultScript(formatFaultScript([step])), [step]);
});
