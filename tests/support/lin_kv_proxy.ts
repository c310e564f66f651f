/**
 * A key-value store that is one of Maelstrom's.
 *
 * @module
 */
import { type KV, type Node, type Program } from "../../lib/maelstrom.ts";

/** Hands all requests to a service. */
export function proxy(service: (node: Node) => KV): Program {
  return (node) => {
    const name = (key: unknown) => JSON.stringify(key);
    node.serve("lin-kv", {
      read: async ({ key }) => {
        const value = await service(node).read(name(key));
        return { type: "read_ok", value };
      },
      write: async ({ key, value }) => {
        await service(node).write(name(key), value);
        return { type: "write_ok" };
      },
      cas: async ({ key, from, to }) => {
        await service(node).cas(name(key), from, to);
        return { type: "cas_ok" };
      },
    });
  };
}
