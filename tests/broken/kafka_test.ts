/**
 * Kafka nodes with a flaw each, and the anomaly that gives them away; and sound
 * ones that must pass.
 *
 * @module
 */
import assert from "node:assert/strict";
import kafka from "../../kafka.ts";
import { ErrorCode, type Program, RpcError } from "../../lib/maelstrom.ts";
import { parseTestOptions } from "../../workbench/cli/options.ts";
import { simulate } from "../../workbench/run.ts";
import { forgetsMessages, node, PAGE, type Pair } from "./kafka_nodes.ts";

function run(program: Program, flags = "") {
  const all = "-w kafka --bin - --seed broken --node-count 2 --concurrency 2n" +
    ` --rate 100 --time-limit 15 --latency 2 ${flags}`;
  return simulate(parseTestOptions(all.trim().split(" ")), program);
}

// ----------------------------------------------------------------------- sound

/** Logs that outgrow a page. */
const long = "--key-count 2 --max-writes-per-key 5000 --rate 200";

const localCommits = node(() => {
  const offsets = new Map<string, number>();
  return {
    commit: (key, offset) => Promise.resolve(void offsets.set(key, offset)),
    committed: (key) => Promise.resolve(offsets.get(key)),
  };
});

const sound: Record<string, Program> = {
  "kafka.ts": kafka,
  "logs in lin-kv": node(() => ({})),
  "sparse and huge offsets": node((logs) => ({
    append: async (key, message) => 1e12 * await logs.append(key, message),
    async read(key, from) {
      const pairs = await logs.read(key, Math.ceil(from / 1e12));
      return pairs.map(([offset, message]) => [1e12 * offset, message]);
    },
  })),
  "polls of one message": node((logs) => ({
    read: async (key, from) => (await logs.read(key, from)).slice(0, 1),
  })),
  "null where there are no messages": node(() => ({}), null),
  "polls of three messages": node((logs) => ({
    read: async (key, from) => (await logs.read(key, from)).slice(0, 3),
  })),
  "offsets that are counted over all keys": node((logs) => ({
    append: (key, message) => logs.append("", [key, message]),
    async read(key, from) {
      const all = await logs.read("", from, Infinity);
      return all.flatMap(([offset, entry]): Pair[] =>
        Array.isArray(entry) && entry[0] === key ? [[offset, entry[1]]] : []
      );
    },
  })),
  "polls that are half a second behind": node((logs, node) => {
    const old = new Map<string, Promise<Pair[]>>();
    return {
      async read(key, from) {
        const all = old.getOrInsertComputed(key, () => {
          node.after(500, () => void old.delete(key));
          return logs.read(key, 0, Infinity);
        });
        return (await all).filter(([offset]) => offset >= from);
      },
    };
  }),
  "commits in seq-kv, which only grow": node((_, { seqKv }) => ({
    async commit(key, offset) {
      await seqKv.update(key, (old) => Math.max(Number(old), offset), -1);
    },
    async committed(key) {
      const offset = await seqKv.readOr(key, undefined);
      return offset === undefined ? undefined : Number(offset);
    },
  })),
  "commits in seq-kv, where the last one counts": node((_, { seqKv }) => ({
    commit: (key, offset) => seqKv.write(key, offset),
    async committed(key) {
      const offset = await seqKv.readOr(key, undefined);
      return offset === undefined ? undefined : Number(offset);
    },
  })),
  "committed offsets that stay on their node": localCommits,
  "committed offsets that name the next message": node((logs) => ({
    async committed(key) {
      const offset = await logs.committed(key);
      return offset === undefined ? 0 : offset + 1;
    },
  })),
};

for (const [name, program] of Object.entries(sound)) {
  Deno.test(`kafka: ${name}, partitions: valid`, async () => {
    const flags = "--nemesis partition --nemesis-interval 3";
    const { valid, explanation, stats } = await run(program, flags);
    assert.equal(valid, true, explanation.join("\n"));
    assert.ok(Number(stats.details?.okCount) > 1000);
  });
}

Deno.test("kafka: who reads a long log one message at a time is given time to: valid", async () => {
  const program = sound["polls of one message"];
  const { valid, explanation } = await run(program, long);
  assert.equal(valid, true, explanation.join("\n"));
});

// ---------------------------------------------------------------------- broken

interface Broken {
  readonly anomaly: string;
  readonly program: Program;
  readonly flags?: string;
  /** Whether Maelstrom's documentation allows it. */
  readonly isAllowed?: boolean;
}

const broken: Record<string, Broken> = {
  "one in 20 acknowledged messages is never written": {
    anomaly: "lost-write",
    program: forgetsMessages,
  },
  "a log is read and written back without compare-and-set": {
    anomaly: "inconsistent-offsets",
    program: node((_, { linKv }) => ({
      async append(key, message) {
        const old = await linKv.readOr(`log ${key}`, []);
        const log = Array.isArray(old) ? [...old, message] : [message];
        await linKv.write(`log ${key}`, log);
        return log.length - 1;
      },
    })),
  },
  "what is acknowledged waits in memory, and a kill comes": {
    anomaly: "inconsistent-offsets",
    program: node(() => {
      const logs = new Map<string, unknown[]>();
      const log = (key: string) => logs.getOrInsertComputed(key, () => []);
      return {
        append: (key, message) => Promise.resolve(log(key).push(message) - 1),
        read: (key, from) =>
          Promise.resolve(log(key).slice(from).map((m, i) => [from + i, m])),
      };
    }),
    flags: "--node-count 1 --nemesis kill --nemesis-interval 1",
  },
  "the newest message stays hidden until there is another": {
    anomaly: "unseen",
    program: node((logs) => ({
      async read(key, from) {
        const [, ...rest] = (await logs.read(key, Math.max(0, from - 1)))
          .reverse();
        return rest.reverse().filter(([offset]) => offset >= from);
      },
    })),
  },
  "each node takes offsets from two ranges in turn": {
    anomaly: "nonmonotonic-send",
    program: node((logs, node) => ({
      async append(key, message) {
        const offset = await logs.append(key, message);
        const i = Math.floor(offset / 2);
        await node.linKv.write(`${key} ${i + offset % 2 * 1000}`, message);
        return i + offset % 2 * 1000;
      },
      async read(key, from) {
        const pairs: Pair[] = [];
        for (const start of from < 1000 ? [from, 1000] : [from]) {
          for (let i = start;; i++) {
            const message = await node.linKv.readOr(`${key} ${i}`, undefined);
            if (message === undefined) break;
            pairs.push([i, message]);
          }
        }
        return pairs;
      },
    })),
  },
  "a send without an answer is tried again": {
    anomaly: "duplicate",
    program: node((logs) => ({
      async append(key, message) {
        for (;;) {
          try {
            return await logs.append(key, message);
          } catch (error) {
            if (!(error instanceof RpcError)) throw error;
          }
        }
      },
    })),
    flags: "--p-loss 0.05",
  },
  "a send is refused, but happens": {
    anomaly: "G1a",
    program: node((logs, node) => ({
      async append(key, message) {
        const offset = await logs.append(key, message);
        if (node.random() > 0.05) return offset;
        throw new RpcError(ErrorCode.txnConflict, "try again");
      },
    })),
  },
  "numbers become strings": {
    anomaly: "garbage-read",
    program: node((logs) => ({
      append: (key, message) => logs.append(key, `${message}`),
    })),
  },
  "polls return the newest messages only": {
    anomaly: "poll-skip",
    program: node((logs) => ({
      read: async (key, from) => (await logs.read(key, from)).slice(-2),
    })),
  },
  "polls leave out messages at odd offsets when there are many": {
    anomaly: "int-poll-skip",
    program: node((logs) => ({
      async read(key, from) {
        const pairs = await logs.read(key, from);
        return pairs.filter(([offset]) => pairs.length < 4 || offset % 2 === 0);
      },
    })),
  },
  "polls begin one too early": {
    anomaly: "nonmonotonic-poll",
    program: node((logs) => ({
      read: (key, from) => logs.read(key, Math.max(0, from - 1)),
    })),
  },
  "polls return the newest message first": {
    anomaly: "int-nonmonotonic-poll",
    program: node((logs) => ({
      read: async (key, from) => (await logs.read(key, from)).reverse(),
    })),
  },
  "whatever was sent counts as committed": {
    anomaly: "commit-skip",
    program: node((logs) => ({
      async committed(key) {
        const { length } = await logs.read(key, 0);
        return length === 0 ? undefined : length;
      },
    })),
  },
  "one offset of each log is in no poll": {
    anomaly: "lost-write",
    program: node((logs) => ({
      read: async (key, from) =>
        (await logs.read(key, from)).filter(([offset]) => offset !== 37),
    })),
    flags: long,
  },
  "the last message of a full page is not in it": {
    anomaly: "int-poll-skip",
    program: node((logs) => ({
      async read(key, from) {
        const pairs = await logs.read(key, from);
        if (pairs.length < PAGE) return pairs;
        const next = await logs.read(key, from + PAGE);
        return [...pairs.slice(0, -1), ...next.slice(0, 1)];
      },
    })),
    flags: long,
  },
  "who is more than a page behind gets the newest page": {
    anomaly: "start-skip",
    program: node((logs) => ({
      async read(key, from) {
        const pairs = await logs.read(key, from);
        const next = await logs.read(key, from + PAGE);
        return [...pairs, ...next].slice(-PAGE);
      },
    })),
    flags: long,
  },
  "who is more than a page behind gets nothing": {
    anomaly: "unseen-at-node",
    program: node((logs) => ({
      async read(key, from) {
        const pairs = await logs.read(key, from);
        return pairs.length < PAGE ? pairs : [];
      },
    })),
    flags: long,
  },
  "a log shrinks: in the end its newest messages are gone": {
    anomaly: "unseen-at-node",
    program: node((logs, node) => ({
      read: async (key, from) =>
        (await logs.read(key, from))
          .filter(([offset]) => offset % 16 < 12 || node.now() < 20_000),
    })),
  },
  "one node shows nothing of the others": {
    anomaly: "unseen-at-node",
    program: node((logs, node) => {
      const own = new Set<unknown>();
      return {
        append(key, message) {
          own.add(`${key} ${message}`);
          return logs.append(key, message);
        },
        read: (key, from) =>
          node.id === "n1" ? Promise.resolve([]) : logs.read(key, from),
      };
    }),
  },
  "no commit is kept": {
    anomaly: "lost-commit",
    program: node(() => ({
      commit: () => Promise.resolve(),
      committed: () => Promise.resolve(undefined),
    })),
  },
  "no commit is kept, and each key is said to be at its beginning": {
    anomaly: "lost-commit",
    program: node(() => ({
      commit: () => Promise.resolve(),
      committed: () => Promise.resolve(0),
    })),
    flags: "--check-convergence",
  },
  "commits are acknowledged while they are being written, and a kill comes": {
    anomaly: "lost-commit",
    program: node((logs, node) => ({
      commit(key, offset) {
        node.after(2000, () => logs.commit(key, offset).catch(() => {}));
        return Promise.resolve();
      },
    })),
    flags: "--check-convergence --nemesis kill --nemesis-interval 1",
  },
  "commits wait in their node's memory, and a kill comes": {
    anomaly: "nonmonotonic-commit",
    program: localCommits,
    flags: "--check-convergence --nemesis kill --nemesis-interval 1",
  },
  "committed offsets stay on their node": {
    anomaly: "stale-commit",
    program: localCommits,
    isAllowed: true,
  },
  "committed offsets stay on their node, and convergence is asked for": {
    anomaly: "lost-commit",
    program: localCommits,
    flags: "--check-convergence",
  },
  "committed offsets go back to the last that was committed": {
    anomaly: "stale-commit",
    program: node((logs, { linKv }) => ({
      read: async (key, from) => (await logs.read(key, from)).slice(0, 1),
      commit: (key, offset) => linKv.write(`committed ${key}`, offset),
    })),
    flags: "--concurrency 4n --rate 200",
    isAllowed: true,
  },
  "committed offsets go back, and convergence is asked for": {
    anomaly: "nonmonotonic-commit",
    program: node((logs, { linKv }) => ({
      read: async (key, from) => (await logs.read(key, from)).slice(0, 3),
      commit: (key, offset) => linKv.write(`committed ${key}`, offset),
    })),
    flags: "--check-convergence",
  },
};

for (
  const [name, { anomaly, program, flags, isAllowed }] of Object.entries(broken)
) {
  Deno.test(`kafka: ${name}: ${anomaly}`, async () => {
    const { valid, workload, explanation } = await run(program, flags);
    assert.ok(`${workload.details?.errorTypes}`.split(",").includes(anomaly));
    assert.equal(valid, isAllowed === true, explanation.join("\n"));
    if (isAllowed) assert.match(`${workload.notes}`, new RegExp(anomaly));
    else assert.match(explanation.join(), new RegExp(`kafka, ${anomaly} \\(`));
  });
}
