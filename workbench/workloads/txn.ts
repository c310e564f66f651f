import { asMaelstrom, type CheckResult, combine } from "../checkers/result.ts";
import { named } from "../checkers/txn/result.ts";
import { checkConvergence } from "../checkers/convergence.ts";
import { checkListAppend } from "../checkers/txn/list_append.ts";
import { checkNothingStored } from "../checkers/txn/nothing_stored.ts";
import { checkRwRegister } from "../checkers/txn/rw_register.ts";
import { type Random } from "../clock/random.ts";
import { type History } from "../load/history.ts";
import { sameJson, stringifyJson } from "../json.ts";
import { MalformedReply } from "../load/rpc_client.ts";
import {
  failure,
  type Generator,
  once,
  type WorkloadOptions,
  type WorkloadSpec,
} from "./workload.ts";

/** Keys that are in use: popular ones, each replaced after enough writes. */
export class KeyPool {
  readonly #keys: { key: number; writes: number }[];
  #next: number;

  constructor(
    private readonly random: Random,
    count: number,
    private readonly maxWrites: number,
  ) {
    this.#keys = Array.from(
      { length: count },
      (_, key) => ({ key, writes: 0 }),
    );
    this.#next = count;
  }

  /** The latest keys, in use or not. */
  latest(count: number): number[] {
    const length = Math.min(count, this.#next);
    return Array.from({ length }, (_, i) => this.#next - length + i);
  }

  /** A key; each is twice as likely as the one before it. */
  pick(): number {
    return this.#keys[this.#draw()].key;
  }

  /** A key, and a value that was not written to it yet, from 1. */
  write(): { key: number; value: number } {
    for (;;) {
      const i = this.#draw();
      const entry = this.#keys[i];
      if (entry.writes < this.maxWrites) {
        return { key: entry.key, value: ++entry.writes };
      }
      // Only now: until then it is still read, and its last value seen.
      this.#keys[i] = { key: this.#next++, writes: 0 };
    }
  }

  #draw(): number {
    const count = this.#keys.length;
    // The keys before the last 50 are too unlikely to be worth a float's range.
    const likely = Math.min(count, 50);
    const x = 1 + this.random.float() * (2 ** likely - 1);
    return count - likely + Math.min(likely - 1, Math.floor(Math.log2(x)));
  }
}

/** How many keys are in use at a time, unless the command line says. */
export const DEFAULT_KEY_COUNT = 10;

/** So many keys are compared between nodes in the end. */
const FINAL_KEYS = 1000;

function keyPool(options: WorkloadOptions): KeyPool {
  const { random, keyCount = DEFAULT_KEY_COUNT, maxWritesPerKey } = options;
  return new KeyPool(random, keyCount, maxWritesPerKey);
}

/** Transactions of random reads and writes. */
export function txnGenerator(
  options: WorkloadOptions,
  write: "w" | "append",
  keys = keyPool(options),
): Generator {
  const { random, maxTxnLength } = options;
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

/** `txn-list-append`: transactions that read lists and append to them. */
export function txnListAppend(options: WorkloadOptions): WorkloadSpec {
  return txn("txn-list-append", "append", checkListAppend, options);
}

/** `txn-rw-register`: transactions that read and write registers. */
export function txnRwRegister(options: WorkloadOptions): WorkloadSpec {
  return txn("txn-rw-register", "w", checkRwRegister, options);
}

function txn(
  workload: "txn-list-append" | "txn-rw-register",
  write: "w" | "append",
  check: typeof checkRwRegister,
  options: WorkloadOptions,
): WorkloadSpec {
  const { consistencyModels } = options;
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
    finalGenerator: options.checkConvergence ? finalGenerator : undefined,
    openClient: ({ node, rpc }) => ({
      invoke({ value }, done) {
        const request = { type: "txn", txn: value };
        rpc.call(workload, node, request, (result) => {
          if (result.error) return done(failure(result));
          const answer = result.body.txn ?? [];
          const expected = findDifference(value, answer);
          if (expected === undefined) {
            return done({ type: "ok", value: answer });
          }
          const error = new MalformedReply(
            node,
            request,
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
        (history) => check(history, { consistencyModels }),
      );
      const all = combine(
        result,
        checkNothingStored(history),
        ...(options.checkConvergence ? [checkConvergence(history)] : []),
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
