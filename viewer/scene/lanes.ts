/**
 * Where everybody's line is: each node below its clients, services at the end.
 *
 * @module
 */
import { type RunDocument } from "../run/document.ts";

export interface Lane {
  /** As a person reads it. */
  readonly name: string;
  readonly kind: "client" | "node" | "service";
  /** In the network: messages from and to these belong here. */
  readonly ids: readonly string[];
  /** The node's name; of a client, that of the node that it talks to. */
  readonly node?: string;
  /** Position in the run's clients, for a client. */
  readonly client?: number;
}

/** In units of a node's lane. */
const CLIENT_HEIGHT = 0.7;

export interface Lanes {
  readonly all: readonly Lane[];
  /** Position among all by the name in the network. */
  readonly byId: ReadonlyMap<string, number>;
  /** Where each lane's middle is, from 0 to {@linkcode height}. */
  readonly middles: readonly number[];
  readonly heights: readonly number[];
  readonly height: number;
}

/** @param isShown which lanes there are */
export function lanesOf(
  run: RunDocument,
  isShown: (lane: Lane) => boolean = () => true,
): Lanes {
  const clientsOf = (node: string) =>
    run.clients.flatMap((client, i): Lane[] =>
      client.node === node
        ? [{
          kind: "client",
          name: client.name,
          ids: client.ids,
          node,
          client: i,
        }]
        : []
    );
  const nodes = run.nodes.flatMap((node): Lane[] => [
    ...clientsOf(node),
    { kind: "node", name: node, ids: [node], node },
  ]);
  const known = new Set(run.nodes);
  const strays = run.clients.flatMap((client, i): Lane[] =>
    known.has(client.node)
      ? []
      : [{ kind: "client", name: client.name, ids: client.ids, client: i }]
  );
  const services = run.services.map((name): Lane => ({
    kind: "service",
    name,
    ids: [name],
  }));
  return arrange([...nodes, ...strays, ...services].filter(isShown));
}

function arrange(all: readonly Lane[]): Lanes {
  let height = 0;
  const middles: number[] = [];
  const heights: number[] = [];
  for (const { kind } of all) {
    const own = kind === "client" ? CLIENT_HEIGHT : 1;
    middles.push(height + own / 2);
    heights.push(own);
    height += own;
  }
  const byId = new Map(
    all.flatMap(({ ids }, i) => ids.map((id) => [id, i] as const)),
  );
  return { all, byId, middles, heights, height };
}
