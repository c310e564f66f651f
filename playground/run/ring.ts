/**
 * Where everybody is in the picture of a cluster: nodes in a ring, services in its
 * middle, clients outside beside their nodes.
 *
 * @module
 */
import { type Messages, type RunDocument } from "../../viewer/run/document.ts";
import { type Flight } from "./playback.ts";

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** In CSS pixels. */
export interface Ring {
  readonly nodes: ReadonlyMap<string, Point>;
  readonly services: ReadonlyMap<string, Point>;
  /** By their names in the network. */
  readonly clients: ReadonlyMap<string, Point>;
  /** Of a node's circle. */
  readonly radius: number;
}

/** Something in the picture that one can do something to. */
export type Target =
  | { readonly kind: "node"; readonly node: string }
  | { readonly kind: "link"; readonly link: readonly [string, string] }
  /** Position among the run's messages. */
  | { readonly kind: "message"; readonly message: number };

/** Room for clients and names around the ring. */
const MARGIN = 58;
/** Links are drawn, and can be pointed at, among so many nodes at most. */
export const MOST_LINKED = 9;

export function ringOf(
  { nodes, services, clients }: RunDocument,
  width: number,
  height: number,
): Ring {
  const middle = { x: width / 2, y: height / 2 };
  const [wide, high] = [width / 2 - MARGIN, height / 2 - MARGIN];
  const around = (i: number, beyond = 0): Point => {
    if (nodes.length === 1 && beyond === 0) return middle;
    const angle = 2 * Math.PI * i / nodes.length - Math.PI / 2;
    return {
      x: middle.x + (nodes.length === 1 ? 0 : wide) * Math.cos(angle) +
        beyond * Math.cos(angle),
      y: middle.y + (nodes.length === 1 ? 0 : high) * Math.sin(angle) +
        beyond * Math.sin(angle),
    };
  };
  const circumference = Math.PI * (wide + high);
  const radius = Math.max(
    7,
    Math.min(20, circumference / nodes.length / 3.2),
  );
  const places = new Map<string, Point>();
  for (const [i, node] of nodes.entries()) {
    const own = clients.filter((it) => it.node === node);
    for (const { ids } of own) {
      const place = around(i, radius + 26);
      for (const id of ids) places.set(id, place);
    }
  }
  return {
    radius,
    nodes: new Map(nodes.map((id, i) => [id, around(i)])),
    services: new Map(services.map((name, i) => [name, {
      x: middle.x + (i - (services.length - 1) / 2) * 80,
      y: middle.y + (nodes.length === 1 ? high / 2 : 0),
    }])),
    clients: places,
  };
}

export const placeOf = (ring: Ring, name: string): Point | undefined =>
  ring.nodes.get(name) ?? ring.services.get(name) ?? ring.clients.get(name);

/** Where a message under way is seen; undefined if an end of it is nowhere. */
export function pointOf(
  ring: Ring,
  { names, from, to }: Messages,
  { message, share }: Flight,
): Point | undefined {
  const a = placeOf(ring, names[from[message]]);
  const b = placeOf(ring, names[to[message]]);
  if (a === undefined || b === undefined) return undefined;
  // Both ways side by side, not through each other.
  const length = Math.hypot(b.x - a.x, b.y - a.y) || 1;
  const [aside, bend] = [5, Math.sin(Math.PI * share)];
  return {
    x: a.x + (b.x - a.x) * share + aside * bend * (b.y - a.y) / length,
    y: a.y + (b.y - a.y) * share - aside * bend * (b.x - a.x) / length,
  };
}

/** How near the pointer must be, in pixels. */
const [NEAR_MESSAGE, NEAR_LINK] = [10, 7];

/** What is at a place: a message before a node before a link. */
export function targetAt(
  ring: Ring,
  messages: Messages | undefined,
  flights: readonly Flight[],
  { x, y }: Point,
): Target | undefined {
  let nearest: Target | undefined;
  let distance = NEAR_MESSAGE;
  for (const flight of flights) {
    const at = messages && pointOf(ring, messages, flight);
    const far = at ? Math.hypot(at.x - x, at.y - y) : Infinity;
    if (far < distance && !flight.isLost) {
      [distance, nearest] = [far, {
        kind: "message",
        message: flight.message,
      }];
    }
  }
  if (nearest !== undefined) return nearest;
  for (const [node, at] of ring.nodes) {
    if (Math.hypot(at.x - x, at.y - y) <= ring.radius + 6) {
      return { kind: "node", node };
    }
  }
  if (ring.nodes.size > MOST_LINKED) return undefined;
  const ids = [...ring.nodes];
  for (const [i, [a, from]] of ids.entries()) {
    for (const [b, to] of ids.slice(i + 1)) {
      if (distanceTo(from, to, { x, y }) < NEAR_LINK) {
        return { kind: "link", link: [a, b] };
      }
    }
  }
  return undefined;
}

/** Of a point from a line between two others. */
function distanceTo(a: Point, b: Point, p: Point): number {
  const [dx, dy] = [b.x - a.x, b.y - a.y];
  const along = ((p.x - a.x) * dx + (p.y - a.y) * dy) / (dx * dx + dy * dy);
  const share = Math.max(0, Math.min(1, along));
  return Math.hypot(a.x + share * dx - p.x, a.y + share * dy - p.y);
}
