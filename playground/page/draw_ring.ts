/**
 * Draws a cluster at a moment as a ring: who is up, who hears whom, and what is
 * under way.
 *
 * @module
 */
import { type Colours, coloursOfFault } from "../../viewer/page/colours.ts";
import {
  DROPPED_BY_HAND,
  type Messages,
  type RunDocument,
} from "../../viewer/run/document.ts";
import { type Band, sideOf } from "../../viewer/scene/bands.ts";
import { fitted, Labels } from "../../viewer/scene/labels.ts";
import { type Flight } from "../run/flights.ts";
import { isReply, type Kind } from "../run/kinds.ts";
import {
  isSame,
  lineBetween,
  type Place,
  type Point,
  pointOf,
  type Ring,
  type Target,
} from "../run/ring.ts";
import {
  type ClusterState,
  type Cut,
  linkKey,
  type NodeState,
  States,
} from "../run/state.ts";

export interface RingPicture {
  readonly run: RunDocument;
  readonly ring: Ring;
  readonly colours: Colours;
  /** Of kinds. */
  readonly hues: readonly string[];
  readonly kinds: readonly Kind[];
  /** Names of faults. */
  readonly bands: readonly Band[];
  readonly chosen: Target | undefined;
  /** What is below the pointer. */
  readonly pointed: Target | undefined;
  readonly time: number;
  readonly flights: readonly Flight[];
  readonly width: number;
}

/** More messages than this are smaller, and have no tails. */
const MOST_TAILS = 250;

type Canvas = CanvasRenderingContext2D;

export function drawRing(canvas: Canvas, picture: RingPicture): void {
  const { run, ring, colours, time } = picture;
  const state = States.of(run).at(time);
  canvas.font = "12px system-ui, sans-serif";
  canvas.textAlign = "center";
  canvas.textBaseline = "middle";
  drawLinks(canvas, picture, state);
  drawFlights(canvas, picture);
  for (const name of ring.services) {
    const at = ring.places.get(name);
    if (at) drawService(canvas, picture, name, at);
  }
  canvas.fillStyle = colours.grey;
  for (const { x, y } of ring.clients) canvas.fillRect(x - 3, y - 3, 6, 6);
  const smaller = smallerSides(run, state);
  for (const id of ring.nodes) {
    const [at, now] = [ring.places.get(id), state.nodes.get(id)];
    if (at && now) drawNode(canvas, picture, id, at, now, smaller.has(id));
  }
  drawWords(canvas, picture, state);
  drawNames(canvas, picture, state);
}

const isIn = (it: Target | undefined, target: Target) =>
  it !== undefined && isSame(it, target);

/** A circle; broken if it is down, hatched if it is paused. */
function drawNode(
  canvas: Canvas,
  { ring: { radius }, colours, chosen, pointed }: RingPicture,
  node: string,
  { x, y }: Place,
  { is, byHand }: NodeState,
  /** Whether it is on the smaller side of a partition. */
  isSmaller: boolean,
): void {
  const target: Target = { kind: "node", node };
  const isChosen = isIn(chosen, target);
  const [fault, wash] = coloursOfFault(
    { byHand: byHand || undefined },
    colours,
  );
  const circle = () => {
    canvas.beginPath();
    canvas.arc(x, y, radius, 0, 2 * Math.PI);
  };
  circle();
  canvas.fillStyle = is === "paused" ? wash : colours.paper;
  canvas.fill();
  if (is === "paused") {
    canvas.save();
    canvas.clip();
    canvas.strokeStyle = fault;
    canvas.lineWidth = 1;
    canvas.globalAlpha = 0.6;
    canvas.beginPath();
    for (let at = x - 3 * radius; at < x + radius; at += 6) {
      canvas.moveTo(at, y + radius);
      canvas.lineTo(at + 2 * radius, y - radius);
    }
    canvas.stroke();
    canvas.restore();
    canvas.fillStyle = wash;
    canvas.fillRect(x - radius * 0.6, y - 8, radius * 1.2, 16);
  }
  const isPointed = isIn(pointed, target);
  canvas.lineWidth = isChosen ? 3 : isPointed ? 2.5 : 1.5;
  canvas.strokeStyle = isChosen
    ? colours.blue
    : is === "up"
    ? colours.ink
    : fault;
  if (is === "down") {
    // A break at both sides of its name.
    canvas.setLineDash([2, 3]);
    for (const side of [-0.5, 0.5]) {
      canvas.beginPath();
      canvas.arc(
        ...[x, y, radius] as const,
        ...[(side - 0.36) * Math.PI, (side + 0.36) * Math.PI] as const,
      );
      canvas.stroke();
    }
    canvas.setLineDash([]);
  } else {
    circle();
    canvas.stroke();
  }
  if (isSmaller) {
    canvas.lineWidth = 1;
    canvas.strokeStyle = colours.amber;
    canvas.beginPath();
    canvas.arc(x, y, radius + 4, 0, 2 * Math.PI);
    canvas.stroke();
  }
  canvas.textAlign = "center";
  canvas.fillStyle = is === "down" ? colours.grey : colours.ink;
  canvas.fillText(node, x, y + 0.5);
}

/** What each node is and how many messages wait for it, where there is room. */
function drawWords(
  canvas: Canvas,
  picture: RingPicture,
  { nodes }: ClusterState,
): void {
  const { ring: { places, radius }, colours } = picture;
  const waiting = waitingFor(picture);
  const labels = new Labels();
  // Those who run come last.
  const all = [...nodes].toSorted(([, a], [, b]) =>
    Number(a.is === "up") - Number(b.is === "up")
  );
  for (const [node, { is, life, byHand }] of all) {
    const at = places.get(node);
    if (at === undefined) continue;
    const { out } = at;
    // Among many there is always one that is slow.
    const count = is === "up" ? 0 : waiting.get(node) ?? 0;
    const words = [
      ...is !== "up" ? [is] : life > 1 ? [`life ${life}`] : [],
      ...count > 0 ? [`${count} wait`] : [],
    ];
    // Beside the ring there is room below each other.
    const side = out.x > 0.4 ? 1 : out.x < -0.4 ? -1 : 0;
    const rowsOf = (some: readonly string[]) =>
      side === 0 ? [some.join(", ")] : some;
    const far = radius + 26;
    const [x, y] = [at.x + far * out.x, at.y + far * out.y];
    for (const rows of [rowsOf(words), rowsOf(words.slice(0, 1))]) {
      const width = Math.max(
        0,
        ...rows.map((it) => canvas.measureText(it).width),
      );
      const height = rows.length * ROW;
      const box = width === 0 ? undefined : labels.place([{
        ...{ x: x + (side - 1) / 2 * width, y: y - height / 2 },
        ...{ width, height },
      }]);
      if (box === undefined) continue;
      const [fault] = coloursOfFault({ byHand: byHand || undefined }, colours);
      canvas.fillStyle = is === "up" ? colours.grey : fault;
      canvas.textAlign = "left";
      for (const [row, text] of rows.entries()) {
        canvas.fillText(text, box.x, box.y + (row + 0.5) * ROW);
      }
      break;
    }
  }
}

/** Height of a line of words. */
const ROW = 14;

function drawService(
  canvas: Canvas,
  { colours }: RingPicture,
  name: string,
  { x, y }: Point,
): void {
  const half = canvas.measureText(name).width / 2 + 8;
  canvas.fillStyle = colours.paper;
  canvas.strokeStyle = colours.ink;
  canvas.lineWidth = 1;
  canvas.beginPath();
  canvas.rect(x - half, y - 12, 2 * half, 24);
  canvas.fill();
  canvas.stroke();
  canvas.fillStyle = colours.ink;
  canvas.fillText(name, x, y);
}

/** Faint where all is well; broken where one does not hear the other. */
function drawLinks(
  canvas: Canvas,
  { ring, colours, chosen, pointed }: RingPicture,
  { cuts }: ClusterState,
): void {
  const drawn = new Set(ring.links.map((link) => linkKey(...link)));
  canvas.lineWidth = 1;
  canvas.strokeStyle = colours.faint;
  canvas.beginPath();
  for (const link of ring.links) {
    if (!cuts.has(linkKey(...link))) trace(canvas, ring, link);
  }
  canvas.stroke();
  // Where not all are linked, those that are used are what is seen to be cut.
  const shown = [...cuts].filter(([key, { byHand }]) =>
    drawn.has(key) || byHand
  );
  const isCrowded = shown.length > MOST_BARS;
  for (const [, cut] of shown) {
    drawCut(canvas, ring, colours, cut, isCrowded && !cut.byHand);
  }
  for (const [it, width] of [[pointed, 2], [chosen, 3]] as const) {
    if (it?.kind !== "link") continue;
    canvas.lineWidth = width;
    canvas.strokeStyle = colours.blue;
    canvas.beginPath();
    trace(canvas, ring, it.link);
    canvas.stroke();
    const cut = cuts.get(linkKey(...it.link));
    if (cut) drawCut(canvas, ring, colours, cut, false);
  }
}

const lineOf = (
  { places }: Ring,
  [a, b]: readonly [string, string],
): readonly [Point, Point] | undefined => {
  const [from, to] = [places.get(a), places.get(b)];
  return from && to && lineBetween(from, to);
};

function trace(canvas: Canvas, ring: Ring, link: Cut["link"]): void {
  const line = lineOf(ring, link);
  if (line === undefined) return;
  const [from, to] = line;
  canvas.moveTo(from.x, from.y);
  canvas.lineTo(to.x, to.y);
}

/** Between both ends of a link that is cut, in pixels. */
const GAP = 9;
/** More cuts than this have no bars. */
const MOST_BARS = 24;

/**
 * Dashes up to two bars, between which there is nothing; a hand's are dots. Who
 * is still heard in one direction has no bar at the other's end.
 */
function drawCut(
  canvas: Canvas,
  ring: Ring,
  colours: Colours,
  { link, deaf, byHand }: Cut,
  isCrowded: boolean,
): void {
  const line = lineOf(ring, link);
  if (line === undefined) return;
  const [from, to] = line;
  const length = Math.hypot(to.x - from.x, to.y - from.y) || 1;
  const [dx, dy] = [(to.x - from.x) / length, (to.y - from.y) / length];
  const middle = { x: (from.x + to.x) / 2, y: (from.y + to.y) / 2 };
  const [colour] = coloursOfFault({ byHand: byHand || undefined }, colours);
  canvas.strokeStyle = colour;
  for (const [end, side] of [[from, -1], [to, 1]] as const) {
    const isDeaf = deaf.includes(link[side < 0 ? 0 : 1]);
    const near = {
      x: middle.x + side * dx * GAP / 2,
      y: middle.y + side * dy * GAP / 2,
    };
    canvas.lineWidth = 1;
    canvas.setLineDash(byHand ? [2, 3] : [6, 4]);
    canvas.beginPath();
    canvas.moveTo(near.x, near.y);
    canvas.lineTo(end.x, end.y);
    canvas.globalAlpha = isCrowded ? 0.35 : 1;
    canvas.stroke();
    canvas.globalAlpha = 1;
    canvas.setLineDash([]);
    if (isCrowded || !isDeaf) continue;
    canvas.lineWidth = 2;
    canvas.beginPath();
    canvas.moveTo(near.x - 5 * dy, near.y + 5 * dx);
    canvas.lineTo(near.x + 5 * dy, near.y - 5 * dx);
    canvas.stroke();
  }
}

function drawFlights(canvas: Canvas, picture: RingPicture): void {
  const { run: { messages }, ring, colours, hues, kinds, flights } = picture;
  if (messages === undefined) return;
  const { types: names, type } = messages;
  const known = names.map((name) => kinds.find((it) => it.name === name));
  const isCrowded = flights.length > MOST_TAILS;
  for (const flight of flights) {
    const { message, isLost } = flight;
    const at = pointOf(ring, messages, flight);
    if (at === undefined) continue;
    if (isLost) {
      drawCross(canvas, colours, messages, message, at);
      continue;
    }
    const kind = known[type[message]];
    const colour = kind === undefined ? colours.grey : hues[kind.hue];
    const tail = isCrowded || flight.isWaiting
      ? undefined
      : pointOf(ring, messages, {
        ...flight,
        share: Math.max(0, flight.share - 0.07),
      });
    canvas.strokeStyle = canvas.fillStyle = colour;
    const strength = concerns(picture.chosen, messages, message) ? 1 : 0.25;
    if (tail !== undefined) {
      canvas.globalAlpha = 0.35 * strength;
      canvas.lineWidth = 2.5;
      canvas.beginPath();
      canvas.moveTo(tail.x, tail.y);
      canvas.lineTo(at.x, at.y);
      canvas.stroke();
    }
    canvas.globalAlpha = strength;
    canvas.beginPath();
    canvas.arc(
      at.x,
      at.y,
      kind === undefined ? 2.5 : isCrowded ? 3 : 4,
      0,
      2 * Math.PI,
    );
    if (isReply(names[type[message]])) {
      canvas.fillStyle = colours.paper;
      canvas.fill();
      canvas.lineWidth = 1.5;
      canvas.stroke();
    } else canvas.fill();
    canvas.globalAlpha = 1;
    const target: Target = { kind: "message", message };
    const isChosen = isIn(picture.chosen, target);
    if (!isChosen && !isIn(picture.pointed, target)) continue;
    canvas.strokeStyle = colours.blue;
    canvas.lineWidth = isChosen ? 2 : 1;
    canvas.beginPath();
    canvas.arc(at.x, at.y, 8, 0, 2 * Math.PI);
    canvas.stroke();
  }
}

/** Whether a message goes from or to what is chosen; all do if nothing is. */
function concerns(
  chosen: Target | undefined,
  { names, from, to }: Messages,
  message: number,
): boolean {
  const ends = [names[from[message]], names[to[message]]];
  return chosen?.kind === "node"
    ? ends.includes(chosen.node)
    : chosen?.kind === "link"
    ? chosen.link.every((it) => ends.includes(it))
    : true;
}

/** Where a message ended that does not arrive. */
function drawCross(
  canvas: Canvas,
  colours: Colours,
  { fate }: Messages,
  message: number,
  { x, y }: Point,
): void {
  canvas.strokeStyle = fate[message] === DROPPED_BY_HAND
    ? colours.violet
    : colours.amber;
  canvas.lineWidth = 1.75;
  canvas.beginPath();
  for (const side of [-4, 4]) {
    canvas.moveTo(x - 4, y - side);
    canvas.lineTo(x + 4, y + side);
  }
  canvas.stroke();
}

/** How many messages wait for each. */
function waitingFor(
  { run: { messages }, flights }: RingPicture,
): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { message, isWaiting } of flights) {
    const name = isWaiting && messages?.names[messages.to[message]];
    if (name) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return counts;
}

/** The nodes of the smaller sides of partitions. */
function smallerSides(
  { faults }: RunDocument,
  { faults: inForce }: ClusterState,
): ReadonlySet<string> {
  const found = new Set<string>();
  for (const i of inForce) {
    const fault = faults[i];
    if (fault.kind !== "partition" || fault.byHand) continue;
    for (const [id, side] of sideOf(fault)) if (side === 0) found.add(id);
  }
  return found;
}

/** So many faults are named. */
const MOST_NAMES = 4;

/** The names of the faults that are in force, at the upper left. */
function drawNames(
  canvas: Canvas,
  { run: { faults }, bands, colours, width }: RingPicture,
  { faults: inForce }: ClusterState,
): void {
  canvas.textAlign = "left";
  for (const [row, i] of inForce.slice(0, MOST_NAMES).entries()) {
    const text = fitted(
      bands[i].label,
      width / 3,
      (it) => canvas.measureText(it).width,
    );
    if (text === undefined) continue;
    const [colour, wash] = coloursOfFault(faults[i], colours);
    const y = 10 + row * 19;
    canvas.fillStyle = wash;
    canvas.fillRect(10, y, canvas.measureText(text).width + 12, 16);
    canvas.fillStyle = colour;
    canvas.fillRect(10, y, 2, 16);
    canvas.fillStyle = colours.ink;
    canvas.fillText(text, 17, y + 8.5);
  }
}
