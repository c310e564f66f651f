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
  /** Positions of the run's clients whose operations are shown here. */
  readonly clients: readonly number[];
}

/** In units of a node's lane. */
const CLIENT_HEIGHT = 0.7;
/** A node's line is nearer to its own clients' than to the next node's. */
const [NODE_MIDDLE, GAP] = [0.4, 0.25];

export interface Lanes {
  readonly all: readonly Lane[];
  /** Position among all by the name in the network. */
  readonly byId: ReadonlyMap<string, number>;
  /** Where each lane's middle is, from 0 to {@linkcode height}. */
  readonly middles: readonly number[];
  readonly heights: readonly number[];
  readonly height: number;
}

/** With more lanes than this, clients are shown on their node's. */
export const MOST_LANES = 60;

export function lanesOf(run: RunDocument): Lanes {
  const { nodes, clients, services } = run;
  const count = nodes.length + clients.length + services.length;
  const isMerged = count > MOST_LANES;
  const known = new Set(nodes);
  const clientsAt = (isHere: (node: string) => boolean) =>
    clients.flatMap(({ node }, i) => isHere(node) ? [i] : []);
  const lane = (i: number): Lane => {
    const { name, node, ids } = clients[i];
    const to = node === "" ? name : `${name} → ${node}`;
    return { kind: "client", name: to, ids, node, clients: [i] };
  };
  return arrange([
    ...nodes.flatMap((node): Lane[] => {
      const own = clientsAt((it) => it === node);
      const ids = isMerged ? own.flatMap((i) => clients[i].ids) : [];
      return [
        ...isMerged ? [] : own.map(lane),
        {
          kind: "node",
          name: node,
          ids: [node, ...ids],
          node,
          clients: isMerged ? own : [],
        },
      ];
    }),
    ...clientsAt((node) => !known.has(node)).map(lane),
    ...services.map((name): Lane => ({
      kind: "service",
      name,
      ids: [name],
      clients: [],
    })),
  ]);
}

function arrange(all: readonly Lane[]): Lanes {
  let height = 0;
  const middles: number[] = [];
  const heights: number[] = [];
  all.forEach(({ kind, clients }, i) => {
    const isClient = kind === "client";
    if (isClient && all[i - 1]?.kind === "node") height += GAP;
    const own = isClient ? CLIENT_HEIGHT : 1;
    const isBelow = all[i - 1]?.kind === "client" && clients.length === 0;
    middles.push(height + own * (isBelow ? NODE_MIDDLE : 0.5));
    heights.push(own);
    height += own;
  });
  const byId = new Map(
    all.flatMap(({ ids }, i) => ids.map((id) => [id, i] as const)),
  );
  return { all, byId, middles, heights, height };
}
