/**
 * Holds histories against models: what the library does.
 *
 * @module
 */
import { messageOf } from "../../lib/errors.ts";
import { checkLinearizability } from "../checkers/linearizability/check.ts";
import {
  type HistoryModel,
  type Model,
} from "../checkers/linearizability/model.ts";
import { type Limits } from "../checkers/linearizability/search.ts";
import { type CheckResult } from "../checkers/result.ts";
import { camel, type Flag } from "../cli/flags.ts";
import { HistoryError } from "../histories/format.ts";
import { type ReadHistory } from "../histories/read.ts";
import { WellFormedHistory } from "../histories/well_formed.ts";
import { type History } from "../load/history.ts";
import { noteOf, type Own, refuseUnknown, withoutRealTime } from "./fitting.ts";
import { type Judge } from "./judge.ts";
import { judges, knownModel } from "./judges.ts";

/**
 * What is asked of a history besides its model.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { check, readHistory } from "@gossip-glomers/maelstrom/checkers";
 *
 * // Two transactions read the same, and each writes another key: write skew.
 * const skew = `r(1,0,0,0)\nr(2,0,0,0)\nw(1,10,0,0)\n` +
 *   `r(1,0,1,1)\nr(2,0,1,1)\nw(2,20,1,1)\n`;
 * const read = await readHistory(new Blob([skew]).stream());
 * const verdict = (...consistencyModels: string[]) =>
 *   check(read, "rw-register", { consistencyModels }).valid;
 * assert.equal(verdict("snapshot-isolation"), true);
 * assert.equal(verdict("serializable"), false);
 * ```
 */
export interface CheckOptions {
  /**
   * What transactions must satisfy: some of {@linkcode consistencyModelNames}.
   *
   * @default {["strict-serializable"]}, or the strongest that can be told
   * without real time, where the history has none
   */
  readonly consistencyModels?: readonly string[];
  /**
   * When the search for an order is given up, for a model of one's own.
   *
   * @default 20 million configurations, 900 MB: about a minute
   */
  readonly limits?: Limits;
  /** Other options of a model, which {@linkcode models} lists. */
  readonly [name: string]: unknown;
}

/**
 * Holds a history against a model.
 *
 * An operation's evidence and explanation name it by its `index`. What was
 * assumed to read the history is among the result's notes.
 *
 * @param history an array of events, which may lack index and time as if it had
 * been read from a file, or what {@linkcode readHistory} gave
 * @param model the name of one of {@linkcode models}, or an alias of it; or an
 * object of one's own: then it is decided whether the history is linearizable
 * @throws {HistoryError} the history is not well-formed, has operations that
 * the model does not, or tells no real time although the options need it
 * @throws {TypeError} there is no such model, it has no such option, or the
 * option has no such value
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { check, readHistory } from "@gossip-glomers/maelstrom/checkers";
 *
 * const file = new Blob([`
 * {"process":0,"type":"invoke","f":"txn","value":[["append","x",1]]}
 * {"process":0,"type":"ok","f":"txn","value":[["append","x",1]]}
 * {"process":0,"type":"invoke","f":"txn","value":[["r","x",null]]}
 * {"process":0,"type":"ok","f":"txn","value":[["r","x",[]]]}
 * `]);
 * const { valid, anomalies, explanation } = check(
 *   await readHistory(file.stream()),
 *   "list-append",
 *   { consistencyModels: ["strict-serializable"] },
 * );
 * assert.equal(valid, false);
 * assert.equal(anomalies?.[0].type, "G-single-item-realtime");
 * assert.match(explanation?.[0] ?? "", /op 1/);
 * ```
 */
export function check(
  history: History | ReadHistory,
  model: string,
  options?: CheckOptions,
): CheckResult;
/** Decides whether a history is linearizable. */
export function check<State>(
  history: History | ReadHistory,
  model: Model<State>,
  options?: Pick<CheckOptions, "limits">,
): CheckResult;
/** Decides whether a history is linearizable. */
export function check<State, Operation>(
  history: History | ReadHistory,
  model: HistoryModel<State, Operation>,
  options?: Pick<CheckOptions, "limits">,
): CheckResult;
export function check<State>(
  history: History | ReadHistory,
  model: string | Model<State>,
  { limits, ...options }: CheckOptions = {},
): CheckResult {
  const read = "history" in history ? history : wellFormed(history);
  if (typeof model === "string") return checkNamed(read, model, options);
  const [odd] = Object.keys(options);
  if (odd !== undefined) {
    throw new TypeError(
      `a model of one's own has no option ${odd}, only limits`,
    );
  }
  if (!read.hasRealTime) {
    throw new HistoryError(
      `${read.format} tells no real time, which linearizability needs`,
    );
  }
  return withNotes(checkLinearizability(read.history, model, { limits }), read);
}

/** A history that is no file. */
function wellFormed(events: History): ReadHistory {
  const made = new WellFormedHistory();
  for (const [i, event] of events.entries()) made.add(event, i + 1);
  return { ...made.end(), format: "an array", hasRealTime: true };
}

function checkNamed(
  read: ReadHistory,
  name: string,
  options: Own,
): CheckResult {
  const judge = knownModel(name);
  if (judge === undefined) {
    const names = judges.map(({ name }) => name).join(", ");
    throw new TypeError(`there is no model ${name}: there are ${names}`);
  }
  refuseUnknown(read.history, judge);
  const own = valuesOf(judge, options);
  const isAsked = Object.keys(options).length > 0;
  const instead = withoutRealTime(read, judge, own, isAsked);
  const result = judge.check(read.history, { ...own, ...instead });
  return withNotes(
    result,
    read,
    ...instead === undefined ? [] : [`${noteOf(instead)}.`],
  );
}

function withNotes(
  result: CheckResult,
  read: ReadHistory,
  ...more: readonly string[]
): CheckResult {
  const notes = [...read.notes, ...more];
  return notes.length === 0
    ? result
    : { ...result, notes: [...notes, ...result.notes ?? []] };
}

/** The values of a model's flags. */
function valuesOf({ name, flags = {} }: Judge, options: Own): Own {
  const byName = new Map(
    Object.entries(flags).map(([name, flag]) => [camel(name), flag]),
  );
  const odd = Object.keys(options).find((it) => !byName.has(it));
  if (odd !== undefined) {
    const known = [...byName.keys()].join(", ") || "none";
    throw new TypeError(`${name} has no option ${odd}; it has: ${known}`);
  }
  return Object.fromEntries(
    byName.entries().map(([name, flag]) => {
      const value = options[name];
      return [
        name,
        value === undefined ? flag.default : valid(name, flag, value),
      ];
    }),
  );
}

/** @throws {TypeError} the flag can't have this value */
function valid(name: string, flag: Flag<unknown>, value: unknown): unknown {
  try {
    const isSwitch = flag.value === undefined;
    if (isSwitch && typeof value === "boolean") return value;
    if (!isSwitch) return flag.read(flag.write(value), name, flag.default);
    throw new TypeError("it is true or false");
  } catch (error) {
    const fault = messageOf(error).replace(/^--\S+ /, "");
    throw new TypeError(`option ${name}: ${fault}`);
  }
}
