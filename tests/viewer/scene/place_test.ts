import assert from "node:assert/strict";
import { addressOf, placeOf } from "../../../viewer/scene/place.ts";
import { faultOf, operationOf, runOf } from "./runs.ts";

const run = runOf({
  duration: 10_000,
  rows: [{ from: "n0", to: "n1", sent: 1, ended: 2 }],
  operations: [operationOf({}), operationOf({ start: 5 })],
  faults: [faultOf({})],
  findings: [{ text: "a", operations: [] }, { text: "b", operations: [1] }],
});

Deno.test("place: an address brings back what was seen, chosen and lit", () => {
  for (
    const place of [
      {
        view: { start: 3210, end: 3610 },
        selection: { kind: "message", at: 0 },
        lighting: "cone",
        finding: 0,
      },
      {
        view: { start: -100, end: 10_100 },
        selection: { kind: "operation", at: 1 },
        lighting: "value",
        finding: 1,
      },
      {
        view: { start: 1234.567, end: 1234.667 },
        selection: { kind: "fault", at: 0 },
        lighting: "all",
        finding: 0,
      },
    ] as const
  ) {
    const restored = placeOf(addressOf(place), run);
    assert.ok(restored);
    assert.ok(Math.abs(restored.view.start - place.view.start) < 1e-3);
    assert.ok(Math.abs(restored.view.end - place.view.end) < 1e-3);
    assert.deepEqual({ ...restored, view: place.view }, place);
  }
});

Deno.test("place: an address is as short as its stretch of time allows", () => {
  assert.equal(
    addressOf({
      view: { start: 3210.0004, end: 3610 },
      selection: { kind: "message", at: 8123 },
      lighting: "all",
      finding: 0,
    }),
    "#t=3.21-3.61&m=8123",
  );
});

Deno.test("place: an address that names nothing of this run is not one", () => {
  for (const address of ["", "#", "#t=5", "#t=4-3", "#t=a-b", "#m=0"]) {
    assert.equal(placeOf(address, run), undefined, address);
  }
  const place = placeOf("#t=1-2&m=7&finding=9&light=up", run);
  assert.equal(place?.selection, undefined);
  assert.deepEqual([place?.finding, place?.lighting], [0, "all"]);
});
