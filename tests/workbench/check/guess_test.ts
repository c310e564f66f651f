/** Which model a history is of, where nobody says. */
import assert from "node:assert/strict";
import { guessModel } from "../../../workbench/check/guess.ts";
import { type Event, history, op } from "../../support/history.ts";

const guess = (...events: Event[][]) => guessModel(history(...events.flat()));

Deno.test("guess: operations of one model tell it", () => {
  assert.equal(guess(op(0, "write", 1), op(1, "read", null, 1)), "register");
  assert.equal(
    guess(op(0, "write", ["k", 1]), op(1, "read", ["k", null], ["k", 1])),
    "register",
  );
  assert.equal(guess(op(0, "cas", [1, 2])), "cas-register");
  assert.equal(guess(op(0, "acquire", null)), "mutex");
  assert.equal(guess(op(0, "txn", [["append", "x", 1]])), "list-append");
});

Deno.test("guess: where several have such operations, nothing is guessed", () => {
  assert.equal(guess(op(0, "write", 1), op(1, "read", null, [1])), undefined);
  assert.equal(guess(op(0, "acquire", { client: 1, fence: 3 })), undefined);
  assert.equal(guess(op(0, "add", 1), op(1, "read", null, 1)), undefined);
  assert.equal(guess(op(0, "enqueue", 1)), undefined);
});
