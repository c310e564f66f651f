import assert from "node:assert/strict";
import { checkEcho } from "../../../workbench/checkers/echo.ts";
import { type Event, history, op } from "../../support/history.ts";

Deno.test("echo: another payload is found", () => {
  const good = op(0, "echo", "a", { type: "echo_ok", echo: "a" });
  const bad = op(0, "echo", "b", { type: "echo_ok", echo: "a" });
  assert.equal(checkEcho(history(...good)).valid, true);
  assert.equal(checkEcho(history(...good, ...bad)).valid, false);
});

Deno.test("echo: what a hand took from a client need not be answered", () => {
  const [asked, timedOut] = op(0, "echo", "a", undefined, "info", {
    node: "n0",
  });
  const drop = (src: string, dest: string): Event => ({
    ...{ process: "nemesis", type: "info", f: "drop", byHand: true },
    value: { message: 7, src, dest },
  });
  const good = op(1, "echo", "b", { type: "echo_ok", echo: "b" });
  const isValid = (...between: Event[]) =>
    checkEcho(history(asked, ...between, timedOut, ...good)).valid;
  assert.equal(isValid(drop("c1", "n0")), true);
  assert.equal(isValid(drop("n0", "c1")), true);
  assert.equal(isValid(), false);
  assert.equal(isValid(drop("c1", "n1")), false, "of another node");
  assert.equal(isValid(drop("n1", "n0")), false, "of no client");
});
