import { workloads } from "../../lib/maelstrom.ts";
import { checkLinearizableRegisters } from "../checkers/linearizability/registers.ts";
import { type Random } from "../clock/random.ts";
import {
  type Context,
  failure,
  type Generator,
  type Invocation,
  type Workload,
} from "./workload.ts";

/** Values are 0 to 4: few, so that compare-and-sets often succeed. */
const VALUES = 5;

/** How many processes a key sees at most: each crash brings another. */
const MAX_PROCESSES = 20;

/** Clients that share a key. */
interface Group {
  readonly key: number;
  operations: number;
  /** The processes of each client that have seen the key. */
  readonly processes: Map<number, Set<number>>;
}

/** How many operations a key sees before another takes its place. */
const MAX_OPERATIONS = 100;

/** The share of reads that look whether an earlier key is still there. */
const LOOK_BACK = 1 / 8;

/**
 * Groups of clients, each with a key of its own; half of a group reads, the
 * others write and compare and set, as in Jepsen's linearizable-register. Unlike
 * there, a group also leaves a key after some time, and looks at earlier ones
 * now and then: a store that forgets shows it at keys that nobody writes again.
 */
class KeyGroups implements Generator {
  readonly #groups: Group[] = [];
  #nextKey = 0;

  /** @param readers clients of a group that only read; its size is twice that */
  constructor(
    private readonly random: Random,
    private readonly readers: number,
  ) {}

  next({ thread, process }: Context): Invocation {
    const { random, readers } = this;
    const index = Math.floor(thread / (2 * readers));
    while (this.#groups.length <= index) {
      this.#groups.push(this.#newGroup());
    }
    let group = this.#groups[index];
    // Too many crashed on this key: each makes the search harder.
    const seen = group.processes.get(thread) ?? new Set();
    group.processes.set(thread, seen.add(process));
    const count = group.processes.values().reduce((n, it) => n + it.size, 0);
    if (count > MAX_PROCESSES || group.operations >= MAX_OPERATIONS) {
      group = this.#groups[index] = this.#newGroup();
      group.processes.set(thread, new Set([process]));
    }
    group.operations++;
    const { key } = group;
    const value = () => random.integer(VALUES);
    if (thread % (2 * readers) < readers) {
      const isEarlier = key > 0 && random.chance(LOOK_BACK);
      return {
        f: "read",
        value: [isEarlier ? random.integer(key) : key, null],
      };
    }
    return random.chance(1 / 3)
      ? { f: "write", value: [key, value()] }
      : { f: "cas", value: [key, [value(), value()]] };
  }

  #newGroup(): Group {
    return { key: this.#nextKey++, operations: 0, processes: new Map() };
  }
}

const { read, write, cas } = workloads["lin-kv"];

/** `lin-kv`: registers that are read, written, compared and set. */
export const linKv: Workload = {
  name: "lin-kv",
  clients: "in groups of two a node share a key: half of them read, the " +
    "others write 0 to 4, or compare and set. They wait 1 s for a reply, or " +
    "ten times the mean latency if that is more",
  checked: "[linearizable](workbench.md#linearizability), each key by itself",
  rpcs: [
    {
      message: read,
      about: "Asks for a key's value; error 20: there is no such key.",
    },
    { message: write, about: "Sets a key's value." },
    {
      message: cas,
      about: "Sets a key's value to `to` if it is `from`; error 20: there is " +
        "no such key, 22: its value is another one.",
    },
  ],
  create({ random, nodeIds, latency }) {
    const timeout = Math.max(10 * latency, 1000);
    return {
      generator: new KeyGroups(random, nodeIds.length),
      openClient: ({ call }) => ({
        invoke({ f, value }, done) {
          const [key, argument] = Array.isArray(value) ? value : [];
          if (f === "read") {
            return call(read, { key }, (result) =>
              done(
                result.error
                  ? failure(result, true)
                  : { type: "ok", value: [key, result.body.value] },
              ), timeout);
          }
          const [message, fields] = f === "write"
            ? [write, { key, value: argument }]
            : [cas, { key, from: argument[0], to: argument[1] }];
          call<unknown>(
            message,
            fields,
            (result) =>
              done(result.error ? failure(result) : { type: "ok", value }),
            timeout,
          );
        },
      }),
      reusable: true,
      check: (history) => checkLinearizableRegisters(history),
    };
  },
};
