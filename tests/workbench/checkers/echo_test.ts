import assert from "node:assert/strict";
import { checkEcho } from "../../../workbench/checkers/echo.ts";
import { history, op } from "../../support/history.ts";

Deno.test("echo: another payload is found", () => {
  const good = op(0, "echo", "a", { type: "echo_ok", echo: "a" });
  const bad = op(0, "echo", "b", { type: "echo_ok", echo: "a" });
  assert.equal(checkEcho(history(...good)).valid, true);
  assert.equal(checkEcho(history(...good, ...bad)).valid, false);
});
