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

  /** A key; each is twice as likely as the one after it. */
  pick(): number {
    return this.#keys[this.#draw()].key;
  }

  /** A key, and a value that was not written to it yet. */
  write(): { key: number; value: number } {
    const i = this.#draw();
    const { key } = this.#keys[i];
    const value = ++this.#keys[i].writes;
    if (value >= this.maxWrites) {
      this.#keys[i] = { key: this.#next++, writes: 0 };
    }
    return { key, value };
  }

  #draw(): number {
    const count = this.#keys.length;
    const weight = 2 ** count - 1;
    const x = this.random.float() * weight + 1;
    return Math.min(count - 1, count - 1 - Math.floor(Math.log2(x)));
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

/** `txn-rw-register`: transactions over registers. */
export function txnRwRegister(options: WorkloadOptions): WorkloadSpec {
  const { consistencyModels } = options;
  return {
    generator: txnGenerator(options, "w"),
    openClient: ({ node, rpc }) => ({
      invoke({ value }, done) {
        const body = { type: "txn", txn: value };
        rpc.call("txn-rw-register", node, body, (result) =>
          done(
            result.error
              ? failure(result)
              : { type: "ok", value: result.body.txn },
          ));
      },
    }),
    reusable: true,
    check: (history) => checkRwRegister(history, { consistencyModels }),
  };
}
