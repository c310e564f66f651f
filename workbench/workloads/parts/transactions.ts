import { type workloads } from "../../../lib/maelstrom.ts";
import {
  asMaelstrom,
  type CheckResult,
  combine,
} from "../../checkers/result.ts";
import { named } from "../../checkers/txn/result.ts";
import { checkConvergence } from "../../checkers/convergence.ts";
import { consistencyModels } from "../../check/consistency_models.ts";
import { checkNothingStored } from "../../checkers/txn/nothing_stored.ts";
import { checkRwRegister } from "../../checkers/txn/rw_register.ts";
import { number, toggle, type Values } from "../../cli/flags.ts";
import { keyFlags, keyPool } from "./key_pool.ts";
import { type History } from "../../load/history.ts";
import { sameJson, stringifyJson } from "../../json.ts";
import { MalformedReply } from "../../load/rpc_client.ts";
import {
  failure,
  type Generator,
  once,
  type WorkloadOptions,
  type WorkloadSpec,
} from "../workload.ts";

/** So many keys are compared between nodes in the end. */
const FINAL_KEYS = 1000;

export const txnFlags = {
  "consistency-models": consistencyModels,
  ...keyFlags,
  "max-txn-length": number("count", {
    value: "N",
    help: "maximum number of operations in a transaction",
    default: 4,
    anywhere: true,
  }),
  "check-convergence": toggle(
    "all clients must read the same, 10 s after the last fault",
  ),
};

/** What clients of both workloads do. */
export const txnClients =
  "perform transactions of 1 to `--max-txn-length` operations on " +
  "`--key-count` keys, each key twice as popular as the one before; a key " +
  "is replaced after `--max-writes-per-key` writes";

/** @param operations what reads and writes look like, in Markdown */
export const aboutTxn = (operations: string): string =>
  `Performs a transaction: ${operations}. The reply has the same operations, ` +
  "with what was read instead of `null`.";

type TxnOptions = WorkloadOptions<Values<typeof txnFlags>>;

/** Transactions of random reads and writes. */
export function txnGenerator(
  options: TxnOptions,
  write: "w" | "append",
  keys = keyPool(options),
): Generator {
  const { random, own: { maxTxnLength } } = options;
  return {
    next() {
      const length = 1 + random.integer(maxTxnLength);
      const txn = Array.from({ length }, () => {
        if (random.chance(0.5)) return ["r", keys.pick(), null];
        const { key, value } = keys.write();
        return [write, key, value];
      });
      return { f: "txn", value: txn };
    },
  };
}

/** A run of one of the workloads of transactions. */
export function transactions(
  message: typeof workloads["txn-list-append" | "txn-rw-register"]["txn"],
  write: "w" | "append",
  check: typeof checkRwRegister,
  options: TxnOptions,
): WorkloadSpec {
  const { own } = options;
  const keys = keyPool(options);
  let final: Generator | undefined;
  const finalGenerator: Generator = {
    next(context) {
      final ??= once({
        f: "txn",
        value: keys.latest(FINAL_KEYS).map((key) => ["r", key, null]),
        final: true,
      });
      return final.next(context);
    },
  };
  return {
    generator: txnGenerator(options, write, keys),
    finalGenerator: own.checkConvergence ? finalGenerator : undefined,
    openClient: ({ node, call }) => ({
      invoke({ value }, done) {
        const fields = { txn: value };
        call<{ txn: unknown[] | null }>(message, fields, (result) => {
          if (result.error) return done(failure(result));
          const answer = result.body.txn ?? [];
          const expected = findDifference(value, answer);
          if (expected === undefined) {
            return done({ type: "ok", value: answer });
          }
          const error = new MalformedReply(
            node,
            { type: "txn", ...fields },
            result.body,
            expected,
          );
          done({ ...failure({ error }), answer });
        });
      },
    }),
    reusable: true,
    check(history) {
      const result = checkAnswers(
        history,
        (history) => check(history, own),
      );
      const all = combine(
        result,
        checkNothingStored(history),
        ...(own.checkConvergence ? [checkConvergence(history)] : []),
      );
      return all.valid === true
        ? all
        : { ...all, asMaelstrom: asMaelstrom([all]) };
    },
  };
}

/**
 * What an answer should have been, if it does not repeat what was asked: all
 * operations in their places, only with the values that were read.
 */
function findDifference(asked: unknown, answer: unknown): string | undefined {
  if (!Array.isArray(asked) || !Array.isArray(answer)) return undefined;
  if (asked.length !== answer.length) {
    return `all ${asked.length} operations that were asked for, in their ` +
      `places, not ${answer.length}`;
  }
  const i = asked.findIndex(([f, key, value], i) => {
    const [g, sameKey, sameValue] = answer[i];
    return f !== g || !sameJson(key, sameKey) ||
      f !== "r" && !sameJson(value, sameValue);
  });
  if (i < 0) return undefined;
  const [f, key] = asked[i];
  const wanted = f === "r"
    ? `["r", ${stringifyJson(key)}, what was read]`
    : stringifyJson(asked[i]);
  return `${wanted} as operation ${i + 1}, as it was asked for, ` +
    `not ${stringifyJson(answer[i])}`;
}

/**
 * Checks a history in which answers that repeat another transaction than was
 * asked count for nothing, but for what they are. Maelstrom takes each for what
 * was asked.
 */
function checkAnswers(
  history: History,
  check: (history: History) => CheckResult,
): CheckResult {
  const result = check(history);
  const count = history.filter(({ answer }) => answer !== undefined).length;
  if (count === 0) return result;
  const maelstroms = check(
    history.map((op) =>
      op.answer === undefined ? op : { ...op, type: "ok", value: op.answer }
    ),
  );
  const explanation = [
    `malformed-answer (${count}): what was answered is not what was asked.`,
  ];
  const found = named([
    { type: "malformed-answer", count, explanation },
    ...result.anomalies ?? [],
  ]);
  return {
    ...result,
    valid: false,
    asMaelstrom: {
      valid: maelstroms.valid,
      ignores: ["whether answers repeat what was asked"],
    },
    ...found,
    details: { ...result.details, ...found.details },
    explanation: [
      ...explanation,
      // What comes of that is no fault of its own.
      ...result.valid === false ? result.explanation ?? [] : [],
    ],
  };
}
