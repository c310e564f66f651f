import { asMaelstrom } from "../as_maelstrom.ts";
import { checkConvergence } from "../checkers/convergence.ts";
import { checkListAppend } from "../checkers/txn/list_append.ts";
import { checkNothingStored } from "../checkers/txn/nothing_stored.ts";
import { checkRwRegister } from "../checkers/txn/rw_register.ts";
import { type Random } from "../random.ts";
import { type CheckResult, worst } from "../history.ts";
import {
  failure,
  type Generator,
  once,
  type WorkloadOptions,
  type WorkloadSpec,
} from "../workload.ts";

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
        rpc.call(workload, node, { type: "txn", txn: value }, (result) =>
          done(
            result.error
              ? failure(result)
              : { type: "ok", value: result.body.txn ?? [] },
          ));
      },
    }),
    reusable: true,
    check(history) {
      return [
        checkNothingStored(history),
        ...(options.checkConvergence ? [checkConvergence(history)] : []),
      ].reduce(both, check(history, { consistencyModels }));
    },
  };
}

/** Two results in one. */
function both(a: CheckResult, b: CheckResult): CheckResult {
  const types = ({ anomalyTypes }: CheckResult) =>
    Array.isArray(anomalyTypes) ? anomalyTypes : [];
  if (a.valid === true && b.valid === true) return a;
  return {
    ...a,
    ...b,
    valid: worst([a.valid, b.valid]),
    asMaelstrom: asMaelstrom([a, b]),
    anomalyTypes: [...types(a), ...types(b)],
    explanation: [...a.explanation ?? [], ...b.explanation ?? []],
  };
}
