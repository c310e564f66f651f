import { checkListAppend } from "../checkers/txn/list_append.ts";
import { checkRwRegister } from "../checkers/txn/rw_register.ts";
import { type Random } from "../random.ts";
import {
  failure,
  type Generator,
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

/** Transactions of random reads and writes. */
export function txnGenerator(
  options: WorkloadOptions,
  write: "w" | "append",
): Generator {
  const { random, maxTxnLength, maxWritesPerKey } = options;
  const keys = new KeyPool(
    random,
    options.keyCount ?? DEFAULT_KEY_COUNT,
    maxWritesPerKey,
  );
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
  return {
    generator: txnGenerator(options, write),
    openClient: ({ node, rpc }) => ({
      invoke({ value }, done) {
        rpc.call(workload, node, { type: "txn", txn: value }, (result) =>
          done(
            result.error
              ? failure(result)
              : { type: "ok", value: result.body.txn },
          ));
      },
    }),
    reusable: true,
    check: (history) => check(history, { consistencyModels }),
  };
}
