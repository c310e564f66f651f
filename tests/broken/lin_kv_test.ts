/**
 * Nodes of a key-value store that are not linearizable, each in its own way,
 * and one that is.
 */
import assert from "node:assert/strict";
import {
  ErrorCode,
  json,
  message,
  type Node,
  type Program,
  RpcError,
  string,
} from "../../lib/maelstrom.ts";
import { parseTestOptions } from "../../workbench/cli/options.ts";
import { simulate } from "../../workbench/run.ts";
import { proxy } from "../support/lin_kv_proxy.ts";

function run(program: Program, seed: string, ...flags: string[]) {
  return simulate(
    parseTestOptions([
      ...["-w", "lin-kv", "--bin", "-", "--node-count", "3", "--seed", seed],
      ...["--concurrency", "4n", "--rate", "100", "--time-limit", "10"],
      ...["--latency", "10", "--latency-dist", "exponential"],
      ...["--nemesis", "partition", "--nemesis-interval", "2"],
      ...flags,
    ]),
    program,
  );
}

const setting = message("set", { key: string, value: json });

/** A store of the node's own; the handlers work on it. */
function local(
  spread: (node: Node, key: string, value: unknown) => void,
): Program {
  return (node) => {
    const store = new Map<string, unknown>();
    node.on(setting, ({ key, value }): void => {
      store.set(key, value);
    });
    const set = (key: string, value: unknown) => {
      store.set(key, value);
      spread(node, key, value);
    };
    const get = (key: string) => {
      if (store.has(key)) return store.get(key);
      throw new RpcError(ErrorCode.keyDoesNotExist, "no such key");
    };
    node.serve("lin-kv", {
      read: ({ key }) => ({ type: "read_ok", value: get(`${key}`) }),
      write: ({ key, value }) => {
        set(`${key}`, value);
        return { type: "write_ok" };
      },
      cas: ({ key, from, to }) => {
        if (get(`${key}`) !== from) {
          throw new RpcError(ErrorCode.preconditionFailed, "another value");
        }
        set(`${key}`, to);
        return { type: "cas_ok" };
      },
    });
  };
}

const broken: Record<string, Program> = {
  "stale reads: a sequential store": proxy((node) => node.seqKv),
  "lost writes: a store where the last writer wins": proxy((node) =>
    node.lwwKv
  ),
  "split brain: each node has a store of its own": local(() => {}),
  "asynchronous replication": local((node, key, value) => {
    for (const peer of node.peers) node.send(peer, setting({ key, value }));
  }),
  "a cache of what was read": (node) => {
    const cache = new Map<string, unknown>();
    node.serve("lin-kv", {
      read: async ({ key }) => {
        const name = `${key}`;
        const value = cache.has(name) && node.random() < 0.5
          ? cache.get(name)
          : await node.linKv.read(name);
        cache.set(name, value);
        return { type: "read_ok", value };
      },
      write: async ({ key, value }) => {
        await node.linKv.write(`${key}`, value);
        cache.set(`${key}`, value);
        return { type: "write_ok" };
      },
      cas: async ({ key, from, to }) => {
        await node.linKv.cas(`${key}`, from, to);
        cache.set(`${key}`, to);
        return { type: "cas_ok" };
      },
    });
  },
  "a compare-and-set that compares first and sets then": (node) => {
    const read = (key: unknown) => node.linKv.read(`${key}`);
    node.serve("lin-kv", {
      read: async ({ key }) => ({ type: "read_ok", value: await read(key) }),
      write: async ({ key, value }) => {
        await node.linKv.write(`${key}`, value);
        return { type: "write_ok" };
      },
      cas: async ({ key, from, to }) => {
        if (await read(key) !== from) {
          throw new RpcError(ErrorCode.preconditionFailed, "another value");
        }
        await node.linKv.write(`${key}`, to);
        return { type: "cas_ok" };
      },
    });
  },
  "an acknowledgement before the write": (node) => {
    node.serve("lin-kv", {
      read: async ({ key }) => {
        const value = await node.linKv.read(`${key}`);
        return { type: "read_ok", value };
      },
      write: ({ key, value }) => {
        node.linKv.write(`${key}`, value).catch(() => {});
        return { type: "write_ok" };
      },
      cas: async ({ key, from, to }) => {
        await node.linKv.cas(`${key}`, from, to);
        return { type: "cas_ok" };
      },
    });
  },
};

for (const [name, program] of Object.entries(broken)) {
  Deno.test(`lin-kv: not linearizable: ${name}`, async () => {
    const { workload } = await run(program, "broken");
    assert.equal(workload.valid, false);
    assert.match(workload.explanation?.[0] ?? "", /can come next:\n {2}> op/);
  });
}

const getting = message("get", { key: string }, { value: json });
const putting = message("put", { key: string, value: json }, {});

/** The first node keeps all data, in memory. */
function oneMemory(answer: "error 20" | "null"): Program {
  return (node) => {
    const store = new Map<string, unknown>();
    node.on(getting, ({ key }) => ({
      type: "get_ok",
      value: store.get(key) ?? null,
    }));
    node.on(putting, ({ key, value }) => {
      store.set(key, value);
      return { type: "put_ok" };
    });
    node.serve("lin-kv", {
      read: async ({ key }) => {
        const reply = await node.rpc(node.ids[0], getting({ key: `${key}` }));
        if (reply.value === null && answer === "error 20") {
          throw new RpcError(ErrorCode.keyDoesNotExist, "no such key");
        }
        return { type: "read_ok", value: reply.value };
      },
      write: async ({ key, value }) => {
        await node.rpc(node.ids[0], putting({ key: `${key}`, value }));
        return { type: "write_ok" };
      },
      cas: () => {
        throw new RpcError(ErrorCode.notSupported, "no compare-and-set");
      },
    });
  };
}

for (const answer of ["error 20", "null"] as const) {
  Deno.test(`lin-kv: a store that forgets at a kill is caught by its ${answer}`, async () => {
    const forgetful = oneMemory(answer);
    const flags = ["--nemesis-interval", "0.3", "--nemesis"];
    const result = await run(forgetful, "forgets", ...flags, "kill");
    assert.equal(result.workload.valid, false);
    assert.equal(result.workload.asMaelstrom?.valid, true);
    assert.match(result.explanation.join("\n"), /forgotten.*found nothing/);
    const { workload } = await run(forgetful, "forgets", ...flags, "pause");
    assert.equal(workload.valid, true, workload.explanation?.join("\n"));
  });
}

for (const flags of ["", "--nemesis partition,pause,kill", "--p-loss 0.1"]) {
  Deno.test(`lin-kv: a proxy of a linearizable store passes ${flags}`, async () => {
    for (const seed of ["1", "2", "3"]) {
      const result = await run(
        proxy((node) => node.linKv),
        seed,
        ...flags.split(" ").filter((it) => it !== ""),
      );
      assert.equal(result.valid, true, result.explanation.join("\n"));
      assert.ok(result.stats.details?.okCount, "nothing succeeded");
    }
  });
}
