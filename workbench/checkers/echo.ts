import { sameJson, stringifyJson } from "../json.ts";
import { type CheckResult, type History, pairs } from "../history.ts";

/** Every reply to an echo carries the payload of its request. */
export function checkEcho(history: History): CheckResult {
  const errors = pairs(history).flatMap(({ invoke, complete }) => {
    if (complete === undefined) return [];
    const { value } = complete;
    const echo = typeof value === "object" && value !== null &&
        "echo" in value
      ? value.echo
      : undefined;
    if (sameJson(echo, invoke.value)) return [];
    const received = complete.type === "ok" ? value ?? null : null;
    return [{ sent: invoke.value, received }];
  });
  return {
    valid: errors.length === 0,
    errors,
    explanation: errors.slice(0, 3).map(({ sent, received }) =>
      `echo: sent ${stringifyJson(sent)}, but received ${
        received === null ? "no proper reply" : stringifyJson(received)
      }`
    ),
  };
}
