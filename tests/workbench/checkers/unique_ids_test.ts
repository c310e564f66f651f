import assert from "node:assert/strict";
import { checkUniqueIds } from "../../../workbench/checkers/unique_ids.ts";
import { history, op } from "../../support/history.ts";

Deno.test("unique-ids: an id given out twice is found, whatever its type", () => {
  const ids = (...values: unknown[]) =>
    checkUniqueIds(
      history(...values.flatMap((id) => op(0, "generate", undefined, id))),
    );
  assert.equal(ids(1, "1", [1], 2n ** 62n, 2n ** 62n + 1n).valid, true);
  assert.equal(ids([1, "x"], [1, "x"]).valid, false);
  assert.equal(ids({ a: 1, b: 2 }, { b: 2, a: 1 }).valid, false);
  assert.equal(ids(2n ** 62n, 2n ** 62n).details?.duplicatedCount, 1);
});
