import { sameJson, stringifyJson } from "../json.ts";
import { type History, type Op, pairs } from "../load/history.ts";
import { type CheckResult } from "./result.ts";
import { errorWords } from "./failures.ts";
import { faultPeriods, isDown, isKeptFromClient } from "./faults.ts";

/**
 * Every request is answered with its payload. Only one that was under way while
 * its node was killed or paused, or a hand dropped or delayed a message between
 * this and a client, may go without an answer.
 */
export function checkEcho(history: History): CheckResult {
  const faults = faultPeriods(history);
  const wasDown = ({ node, index }: Op, complete: Op) =>
    node !== undefined &&
    faults.some((fault) =>
      (isDown(node, fault) || isKeptFromClient(fault.begin, node)) &&
      fault.begin.index < complete.index &&
      index < (fault.end?.index ?? Infinity)
    );
  let excused = 0;
  const errors = pairs(history).flatMap(({ invoke, complete }) => {
    if (complete === undefined) return [];
    if (complete.type !== "ok" && wasDown(invoke, complete)) {
      excused++;
      return [];
    }
    const { value } = complete;
    const echo = typeof value === "object" && value !== null &&
        "echo" in value
      ? value.echo
      : undefined;
    if (sameJson(echo, invoke.value)) return [];
    const received = complete.type === "ok" ? value ?? null : null;
    const why = complete.type === "ok" ? undefined : errorWords(complete);
    const { value: sent, node } = invoke;
    return [{ sent, received, why, node, index: complete.index }];
  });
  const explanation = errors.slice(0, 3).map(({ sent, received, why, node }) =>
    `echo: sent ${stringifyJson(sent)}${
      node === undefined ? "" : ` to ${node}`
    }, but received ${
      why === undefined ? stringifyJson(received) : `no proper reply (${why})`
    }`
  );
  return {
    valid: errors.length === 0,
    ...(excused > 0 && { asMaelstrom: { valid: false, ignores: [] } }),
    ...(errors.length > 0 && {
      anomalies: [{
        type: "wrong",
        count: errors.length,
        explanation,
        operations: errors.map(({ index }) => index),
      }],
    }),
    details: {
      errors: errors.map(({ sent, received }) => ({ sent, received })),
    },
    forms: { errors: "list", sent: "value", received: "value" },
    explanation,
  };
}
