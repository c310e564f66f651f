import { sameJson, stringifyJson } from "../json.ts";
import {
  type CheckResult,
  type History,
  NEMESIS,
  type Op,
  pairs,
} from "../history.ts";
import { errorWords } from "./failures.ts";

/**
 * Every request is answered with its payload. Only one that was under way while
 * its node was killed or paused may go without an answer.
 */
export function checkEcho(history: History): CheckResult {
  const outages = findOutages(history);
  const wasDown = ({ node, index }: Op, end: Op) =>
    outages.some((outage) =>
      outage.nodes.includes(node) && outage.begin < end.index &&
      index < outage.end
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
    return [{ sent: invoke.value, received, why, node: invoke.node }];
  });
  return {
    valid: errors.length === 0,
    ...(excused > 0 && { asMaelstrom: { valid: false, ignores: [] } }),
    errors: errors.map(({ sent, received }) => ({ sent, received })),
    explanation: errors.slice(0, 3).map(({ sent, received, why, node }) =>
      `echo: sent ${stringifyJson(sent)}${
        node === undefined ? "" : ` to ${node}`
      }, but received ${
        why === undefined ? stringifyJson(received) : `no proper reply (${why})`
      }`
    ),
  };
}

/** From where to where in the history some nodes were killed or paused. */
interface Outage {
  readonly nodes: readonly unknown[];
  readonly begin: number;
  readonly end: number;
}

const endOf = new Map([["kill", "start"], ["pause", "resume"]]);

function findOutages(history: History): Outage[] {
  const faults = history.filter(({ process }) => process === NEMESIS);
  return faults.flatMap(({ f, index, value }) => {
    const endsWith = endOf.get(f);
    if (endsWith === undefined) return [];
    const end = faults.find((op) => op.f === endsWith && op.index > index);
    const nodes = Array.isArray(value) ? value : [];
    return [{ nodes, begin: index, end: end?.index ?? Infinity }];
  });
}
