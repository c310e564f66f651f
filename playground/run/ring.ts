/**
 * Where everybody is in the picture of a cluster: nodes in a ring, services in its
 * middle, clients outside beside their nodes.
 *
 * @module
 */
import { type Messages, type RunDocument } from "../../viewer/run/document.ts";
import { distanceTo } from "../../viewer/scene/lines.ts";
import { type Flight } from "./flights.ts";
import { linkKey } from "./state.ts";

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Place extends Point {
  readonly kind: "node" | "service" | "client";
  /** Messages end at this distance from it. */
  readonly radius: number;
  /** Away from the ring's middle, of length 1. */
  readonly out: Point;
}

/** In CSS pixels. */
export interface Ring {
  /** By their names in the network. */
  readonly places: ReadonlyMap<string, Place>;
  readonly nodes: readonly string[];
  readonly services: readonly string[];
  /** One place for each client, whatever its names were. */
  readonly clients: readonly Place[];
  /** Of a node's circle. */
  readonly radius: number;
  /** Pairs of nodes that are drawn as linked. */
  readonly links: readonly (readonly [string, string])[];
}

/** Something in the picture that one can do something to. */
export type Target =
  | { readonly kind: "node"; readonly node: string }
  | { readonly kind: "link"; readonly link: readonly [string, string] }
  /** Position among the run's messages. */
  | { readonly kind: "message"; readonly message: number };

/** Room for clients and words around the ring. */
const [MARGIN_X, MARGIN_Y] = [88, 62];
/** A node's name fits into the smaller circle; none is larger than the other. */
const [FITTING, MOST] = [12, 22];
const SERVICE = 14;
const CLIENT = 3;
/** From a node's edge to its clients, and from one of these to the next. */
const [AWAY, BESIDE] = [16, 9];

export function ringOf(
  { nodes, services, clients }: RunDocument,
  links: Ring["links"],
  width: number,
  height: number,
): Ring {
  const middle = { x: width / 2, y: height / 2 };
  const isAlone = nodes.length === 1;
  const half: Point = {
    x: isAlone ? 0 : Math.max(20, width / 2 - MARGIN_X),
    y: isAlone ? 0 : Math.max(20, height / 2 - MARGIN_Y),
  };
  const angles = evenly(nodes.length, half);
  const around = Math.PI * (half.x + half.y);
  const apart = around / nodes.length;
  const radius = isAlone
    ? MOST
    : Math.min(MOST, Math.max(apart / 3.4, Math.min(FITTING, apart / 2.3)));
  const places = new Map<string, Place>();
  const own: Place[] = [];
  for (const [i, node] of nodes.entries()) {
    const out = outward(angles[i], half);
    const at = {
      x: middle.x + half.x * Math.cos(angles[i]),
      y: middle.y + half.y * Math.sin(angles[i]),
    };
    places.set(node, { kind: "node", ...at, radius: radius + 2, out });
    const all = clients.filter((it) => it.node === node);
    const room = isAlone ? 300 : apart * 0.9;
    const gap = Math.min(BESIDE, room / Math.max(1, all.length));
    for (const [k, { ids }] of all.entries()) {
      const aside = (k - (all.length - 1) / 2) * gap;
      const place: Place = {
        kind: "client",
        x: at.x + (radius + AWAY) * out.x - aside * out.y,
        y: at.y + (radius + AWAY) * out.y + aside * out.x,
        radius: CLIENT,
        out,
      };
      own.push(place);
      for (const id of ids) places.set(id, place);
    }
  }
  for (const [i, name] of services.entries()) {
    places.set(name, {
      kind: "service",
      x: middle.x + (i - (services.length - 1) / 2) * 90,
      y: middle.y + (isAlone ? height / 4 : 0),
      radius: SERVICE,
      out: { x: 0, y: 1 },
    });
  }
  return { places, nodes, services, clients: own, radius, links };
}

/** Angles of points with equal distances along an ellipse, from its top on. */
function evenly(count: number, { x, y }: Point): number[] {
  if (count === 1) return [-Math.PI / 2];
  const steps = 3600;
  // How far it is along the ellipse to each of many angles.
  const lengths = [0];
  for (let i = 1; i <= steps; i++) {
    const [a, b] = [i - 1, i].map((it) => 2 * Math.PI * it / steps);
    lengths.push(
      lengths[i - 1] + Math.hypot(
        x * (Math.cos(b) - Math.cos(a)),
        y * (Math.sin(b) - Math.sin(a)),
      ),
    );
  }
  const whole = lengths[steps];
  // Two stand beside each other. The last quarter of the ellipse begins at its top.
  const first = count === 2 ? whole / 2 : whole * 3 / 4;
  return Array.from({ length: count }, (_, i) => {
    const wanted = (first + whole * i / count) % whole;
    return 2 * Math.PI * lengths.findLastIndex((it) => it <= wanted) / steps;
  });
}

/** At a right angle to the ellipse. */
function outward(angle: number, half: Point): Point {
  const [x, y] = [
    Math.cos(angle) * (half.y || 1),
    Math.sin(angle) * (half.x || 1),
  ];
  const length = Math.hypot(x, y);
  return { x: x / length, y: y / length };
}

/** Among so many nodes all are linked; else those who talk to each other. */
const ALL_LINKED = 9;
/** More links than this are no picture. */
const MOST_LINKS = 90;

/** The pairs of nodes whose links are drawn. */
export function linksOf(
  { nodes, messages }: Pick<RunDocument, "nodes" | "messages">,
): Ring["links"] {
  if (nodes.length <= ALL_LINKED) {
    return nodes.flatMap((a, i) =>
      nodes.slice(i + 1).map((b) => [a, b] as const)
    );
  }
  if (messages === undefined) return [];
  const { count, names, from, to } = messages;
  const nodeAt = names.map((name) => nodes.indexOf(name));
  const counts = new Uint32Array(nodes.length ** 2);
  for (let i = 0; i < count; i++) {
    const [a, b] = [nodeAt[from[i]], nodeAt[to[i]]];
    if (a < 0 || b < 0 || a === b) continue;
    counts[Math.min(a, b) * nodes.length + Math.max(a, b)]++;
  }
  return [...counts.keys()].filter((pair) => counts[pair] > 0)
    .sort((a, b) => counts[b] - counts[a])
    .slice(0, MOST_LINKS)
    .map((pair) =>
      [
        nodes[Math.floor(pair / nodes.length)],
        nodes[pair % nodes.length],
      ] as const
    );
}

/** A line from the edge of one place to that of another. */
export function lineBetween(a: Place, b: Place): readonly [Point, Point] {
  const [dx, dy] = [b.x - a.x, b.y - a.y];
  const length = Math.hypot(dx, dy) || 1;
  const at = (far: number) => ({
    x: a.x + dx * far / length,
    y: a.y + dy * far / length,
  });
  return [at(a.radius), at(length - b.radius)];
}

/** Messages there and back pass each other at this distance from the link. */
const ASIDE = 4;

/**
 * Where a message under way is seen. Who has no place is outside beside whom it
 * talks to.
 *
 * @returns undefined if both its ends are nowhere
 */
export function pointOf(
  { places }: Ring,
  { names, from, to }: Messages,
  { message, share }: Pick<Flight, "message" | "share">,
): Point | undefined {
  const [src, dest] = [names[from[message]], names[to[message]]];
  const known = places.get(src) ?? places.get(dest);
  if (known === undefined) return undefined;
  const a = places.get(src) ?? strangerAt(known);
  const b = places.get(dest) ?? strangerAt(known);
  if (src === dest) return onLoop(a, share);
  const [start, end] = lineBetween(a, b);
  const [dx, dy] = [end.x - start.x, end.y - start.y];
  const length = Math.hypot(dx, dy) || 1;
  const aside = a.kind === "client" || b.kind === "client" ? 0 : ASIDE;
  return {
    x: start.x + dx * share + aside * dy / length,
    y: start.y + dy * share - aside * dx / length,
  };
}

const strangerAt = ({ x, y, radius, out }: Place): Place => ({
  kind: "client",
  x: x + (radius + AWAY) * out.x,
  y: y + (radius + AWAY) * out.y,
  radius: CLIENT,
  out,
});

/** Who talks to itself does so around a circle at its outer edge. */
function onLoop({ x, y, radius, out }: Place, share: number): Point {
  const own = 8;
  const angle = Math.atan2(out.y, out.x) + Math.PI + 2 * Math.PI * share;
  return {
    x: x + (radius + own) * out.x + own * Math.cos(angle),
    y: y + (radius + own) * out.y + own * Math.sin(angle),
  };
}

/** How near the pointer must be, in pixels. */
const [NEAR_MESSAGE, NEAR_NODE, NEAR_LINK] = [10, 6, 6];

/** What is at a place: a node, a message near by, a node near by, or a link. */
export function targetAt(
  ring: Ring,
  messages: Messages | undefined,
  flights: readonly Flight[],
  { x, y }: Point,
): Target | undefined {
  const far = (at: Point) => Math.hypot(at.x - x, at.y - y);
  const nodeWithin = (distance: number): Target | undefined => {
    const node = ring.nodes.find((id) => {
      const place = ring.places.get(id);
      return place !== undefined && far(place) <= distance;
    });
    return node === undefined ? undefined : { kind: "node", node };
  };
  const onNode = nodeWithin(ring.radius);
  if (onNode !== undefined) return onNode;
  let [nearest, distance] = [-1, NEAR_MESSAGE];
  for (const flight of flights) {
    const at = messages && !flight.isLost
      ? pointOf(ring, messages, flight)
      : undefined;
    if (at !== undefined && far(at) < distance) {
      [nearest, distance] = [flight.message, far(at)];
    }
  }
  if (nearest >= 0) return { kind: "message", message: nearest };
  const nearNode = nodeWithin(ring.radius + NEAR_NODE);
  if (nearNode !== undefined) return nearNode;
  const link = ring.links.map((link) => ({
    link,
    far: distanceToLink(ring, link, { x, y }),
  })).filter(({ far }) => far < NEAR_LINK)
    .toSorted((a, b) => a.far - b.far)[0]?.link;
  return link && { kind: "link", link };
}

function distanceToLink(
  { places }: Ring,
  [a, b]: readonly [string, string],
  { x, y }: Point,
): number {
  const [from, to] = [places.get(a), places.get(b)];
  if (from === undefined || to === undefined) return Infinity;
  return distanceTo({ x1: from.x, y1: from.y, x2: to.x, y2: to.y }, x, y);
}

/** Whether two targets are the same. */
export const isSame = (a: Target, b: Target): boolean =>
  a.kind === "node"
    ? b.kind === "node" && a.node === b.node
    : a.kind === "link"
    ? b.kind === "link" && linkKey(...a.link) === linkKey(...b.link)
    : b.kind === "message" && a.message === b.message;
