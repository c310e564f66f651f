import assert from "node:assert/strict";
import {
  countFaults,
  faultPeriods,
  meanwhile,
} from "../../../workbench/checkers/faults.ts";
import { NEMESIS, type Op } from "../../../workbench/load/history.ts";

let index = 0;
const fault = (f: string, fault?: number): Op => ({
  ...{ index: index++, time: index * 1e9, type: "info" },
  ...{ process: NEMESIS, f, value: null, fault },
});

Deno.test("faults: a run tells how many there were of each kind, one's own by their name", () => {
  assert.deepEqual(countFaults([]), []);
  assert.deepEqual(
    countFaults([
      fault("start-partition", 0),
      fault("kill", 1),
      fault("stop-partition", 0),
      fault("slow-disk", 2),
      fault("heal-disk", 2),
      fault("start", 1),
      fault("start-partition", 3),
      fault("stop-partition", 3),
      fault("pause", 4),
      fault("resume", 4),
      fault("pause", 5),
      fault("start-one-way", 6),
      fault("stop-one-way", 6),
    ]),
    [
      ...["2 partitions", "1 kill", "1 x slow-disk", "2 pauses"],
      "1 one-way partition",
    ],
  );
});

Deno.test("faults: the ends that come at the end of the load count as none", () => {
  const ends = [
    "start",
    "resume",
    "stop-partition",
    "stop-one-way",
    "heal-disk",
  ];
  assert.deepEqual(countFaults(ends.map((f) => fault(f))), []);
});

Deno.test("faults: what is lost in one direction is told at both ends", () => {
  const periods = faultPeriods([
    { ...fault("start-one-way", 0), value: { n0: ["n2"], n1: ["n2", "n3"] } },
    fault("start-partition", 1),
    fault("stop-one-way", 0),
  ]);
  const told = (node: string) =>
    meanwhile(periods, [{ ...fault("read"), time: 0, node }, fault("read")])
      .replaceAll(/ from \d+\.000 s to \d+\.000 s/g, "");
  assert.equal(told("n1"), "Meanwhile n1 did not hear n2, n3.");
  assert.equal(told("n2"), "Meanwhile n2 was not heard by n0, n1.");
  assert.equal(told("n3"), "Meanwhile n3 was not heard by n1.");
});

Deno.test("faults: a member is gone from its removal to its addition, as far as the replies tell", () => {
  const request = (f: string, node: string, ended?: string): Op => ({
    ...fault(f, 0),
    value: { node, asked: "n0" },
    ended,
  });
  const history = [
    { ...fault("remove-members", 0), value: ["n1", "n2", "n3"] },
    request("remove-member", "n1"),
    request("remove-member", "n1", "ok"),
    request("remove-member", "n2"),
    request("remove-member", "n2", "fail"),
    request("remove-member", "n3"),
    request("remove-member", "n3", "info"),
    { ...fault("add-members", 0), value: ["n1", "n3"] },
    request("add-member", "n1"),
    request("add-member", "n1", "fail"),
    request("add-member", "n1"),
    request("add-member", "n1", "ok"),
    request("add-member", "n3"),
  ];
  const periods = faultPeriods(history);
  assert.deepEqual(
    periods.map(({ only, begin, end }) => [
      only?.join(),
      history.indexOf(begin),
      end && history.indexOf(end),
    ]),
    [["n1", 1, 11], ["n3", 5, undefined]],
  );
  assert.deepEqual(countFaults(history), ["2 removed members"]);
  const ops = ["n1", "n2", "n3"].map((node) => ({ ...history[7], node }));
  assert.match(
    meanwhile(periods, ops),
    /^Meanwhile n1 was no member from \S+ s to \S+ s; n3 was perhaps no member from \S+ s to the end\.$/,
  );
});

Deno.test("faults: a node that stopped by itself was not killed", () => {
  const why = "n0: its disk is full";
  const history = [
    { ...fault("kill"), time: 1e9, value: ["n0"], why },
    { ...fault("start"), time: 2e9, value: ["n0"] },
  ];
  assert.deepEqual(countFaults(history), ["1 node that stopped by itself"]);
  const read = { ...fault("read"), time: 1.5e9, node: "n0" };
  assert.equal(
    meanwhile(faultPeriods(history), [read]),
    "Meanwhile n0 stopped by itself (n0: its disk is full), and was down " +
      "from 1.000 s to 2.000 s.",
  );
});
