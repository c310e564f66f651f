/**
 * Draws the space-time diagram on a canvas.
 *
 * @module
 */
import { fates, type Operation } from "../run/document.ts";
import { type Lit } from "../scene/causality.ts";
import {
  type Frame,
  laneOfOperation,
  laneScale,
  lineOf,
  MAX_LINES,
  type Scene,
  type Selection,
  xOf,
  yOf,
} from "../scene/scene.ts";
import { seconds, ticks } from "../scene/view.ts";
import { type Colours } from "./colours.ts";

/** What is to be seen beside the scene itself. */
export interface Looks {
  readonly colours: Colours;
  readonly selection?: Selection;
  readonly light?: Lit;
  /** 1 for each message that is shown; all are if it is absent. */
  readonly shown?: Uint8Array;
  /** Operations that are wrong. */
  readonly wrong: ReadonlySet<number>;
}

type Canvas = CanvasRenderingContext2D;

const FONT = "12px system-ui, sans-serif";
const ARRIVED = fates.indexOf("arrived");
const CUT_OFF = fates.indexOf("cut off");

export function draw(
  canvas: Canvas,
  scene: Scene,
  frame: Frame,
  looks: Looks,
): void {
  const { width, height, left, top } = frame;
  const { colours } = looks;
  canvas.clearRect(0, 0, width, height);
  canvas.font = FONT;
  canvas.textBaseline = "middle";
  drawTimes(canvas, frame, colours);
  canvas.save();
  canvas.beginPath();
  canvas.rect(left, top, width - left, height - top);
  canvas.clip();
  drawFaults(canvas, scene, frame, looks);
  drawLanes(canvas, scene, frame, looks);
  drawMessages(canvas, scene, frame, looks);
  drawOperations(canvas, scene, frame, looks);
  canvas.restore();
  drawNames(canvas, scene, frame, colours);
}

function drawTimes(canvas: Canvas, frame: Frame, colours: Colours): void {
  const { width, height, left, top, view } = frame;
  const { times, step } = ticks(view, width - left);
  canvas.strokeStyle = colours.faint;
  canvas.fillStyle = colours.grey;
  canvas.lineWidth = 1;
  canvas.textAlign = "center";
  canvas.beginPath();
  for (const time of times) {
    const x = Math.round(xOf(frame, time)) + 0.5;
    if (x < left + 20) continue;
    canvas.moveTo(x, top - 4);
    canvas.lineTo(x, height);
    canvas.fillText(seconds(time, step), x, top / 2);
  }
  canvas.globalAlpha = 0.5;
  canvas.stroke();
  canvas.globalAlpha = 1;
}

function drawFaults(
  canvas: Canvas,
  { run, lanes }: Scene,
  frame: Frame,
  { colours, selection }: Looks,
): void {
  const scale = laneScale(lanes, frame);
  run.faults.forEach((fault, i) => {
    const x1 = xOf(frame, fault.start);
    const x2 = xOf(frame, fault.end ?? run.duration);
    if (x2 < frame.left || x1 > frame.width) return;
    const isChosen = selection?.kind === "fault" && selection.at === i;
    for (const node of fault.nodes) {
      const lane = lanes.byId.get(node);
      if (lane === undefined) continue;
      const y = yOf(lanes, frame, lane);
      canvas.fillStyle = colours.amberWash;
      canvas.globalAlpha = isChosen ? 1 : 0.75;
      canvas.fillRect(x1, y - scale / 2 + 1, x2 - x1, scale - 2);
      canvas.globalAlpha = 1;
      canvas.fillStyle = colours.amber;
      // A pattern beside the colour: what kind of fault it is.
      if (fault.kind === "kill") {
        canvas.fillRect(x1, y - scale / 2 + 1, 2, scale - 2);
        canvas.fillRect(x2 - 2, y - scale / 2 + 1, 2, scale - 2);
      } else if (fault.kind === "pause") {
        hatch(canvas, x1, x2, y, scale, colours.amber);
      } else {
        canvas.fillRect(x1, y - scale / 2 + 1, x2 - x1, 1);
      }
    }
  });
}

function hatch(
  canvas: Canvas,
  x1: number,
  x2: number,
  y: number,
  scale: number,
  colour: string,
): void {
  canvas.save();
  canvas.beginPath();
  canvas.rect(x1, y - scale / 2 + 1, x2 - x1, scale - 2);
  canvas.clip();
  canvas.strokeStyle = colour;
  canvas.globalAlpha = 0.4;
  canvas.beginPath();
  for (let x = Math.max(x1, -scale) - scale; x < Math.min(x2, 6000); x += 8) {
    canvas.moveTo(x, y + scale / 2);
    canvas.lineTo(x + scale, y - scale / 2);
  }
  canvas.stroke();
  canvas.restore();
}

function drawLanes(
  canvas: Canvas,
  { run, lanes, events }: Scene,
  frame: Frame,
  { colours, light }: Looks,
): void {
  canvas.lineWidth = 1;
  lanes.all.forEach(({ kind, name }, i) => {
    const y = Math.round(yOf(lanes, frame, i)) + 0.5;
    if (y < frame.top - 40 || y > frame.height + 40) return;
    const start = xOf(frame, 0);
    const end = xOf(frame, run.duration);
    canvas.strokeStyle = kind === "node" ? colours.grey : colours.faint;
    canvas.globalAlpha = light ? 0.35 : 0.8;
    canvas.beginPath();
    let from = start;
    // A killed node's lane breaks.
    for (const { kind, nodes, start, end } of run.faults) {
      if (kind !== "kill" || !nodes.includes(name)) continue;
      canvas.moveTo(from, y);
      canvas.lineTo(xOf(frame, start), y);
      from = xOf(frame, end ?? run.duration);
    }
    canvas.moveTo(from, y);
    canvas.lineTo(end, y);
    canvas.stroke();
    canvas.globalAlpha = 1;
    if (light === undefined || events === undefined) return;
    canvas.strokeStyle = colours.blue;
    canvas.lineWidth = 2;
    canvas.beginPath();
    for (const span of light.lanes[i]) {
      canvas.moveTo(xOf(frame, span.start), y);
      canvas.lineTo(xOf(frame, span.end), y);
    }
    canvas.stroke();
    canvas.lineWidth = 1;
  });
}

function drawMessages(
  canvas: Canvas,
  scene: Scene,
  frame: Frame,
  looks: Looks,
): void {
  const { index, lanes } = scene;
  if (index === undefined) return;
  const { view } = frame;
  const { first, last } = index.within(view.start, view.end);
  const { light, shown, selection, colours } = looks;
  const isLit = (i: number) => light === undefined || light.messages[i] === 1;
  const isShown = (i: number) => shown === undefined || shown[i] === 1;
  const isCrowded = last - first > MAX_LINES;
  if (isCrowded) drawDensity(canvas, scene, frame, looks);
  const every = isCrowded ? Math.ceil((last - first) / (MAX_LINES / 2)) : 1;
  const plain: number[] = [];
  const odd: number[] = [];
  const dimmed: number[] = [];
  for (let i = first; i < last; i++) {
    if (!isShown(i)) continue;
    if (
      isCrowded && (i % every !== 0 || light !== undefined) &&
      !(light && isLit(i))
    ) {
      continue;
    }
    if (!isLit(i)) dimmed.push(i);
    else if (index.messages.fate[i] === ARRIVED) plain.push(i);
    else odd.push(i);
  }
  const alpha = isCrowded && !light ? 0.12 : light ? 0.9 : 0.65;
  stroke(canvas, scene, frame, dimmed, colours.grey, 0.1);
  stroke(
    canvas,
    scene,
    frame,
    plain,
    light ? colours.blue : colours.ink,
    alpha,
  );
  for (const i of odd) drawLost(canvas, scene, frame, i, colours);
  if (!isCrowded) label(canvas, scene, frame, plain, colours);
  for (const { message, at } of index.messages.duplicates) {
    if (at < view.start || message >= last || !isShown(message)) continue;
    const line = lineOf(index, lanes, frame, message);
    if (line === undefined) continue;
    canvas.setLineDash([2, 3]);
    strokeLine(canvas, { ...line, x2: xOf(frame, at) }, colours.grey, 0.6);
    canvas.setLineDash([]);
  }
  if (selection?.kind === "message") {
    const line = lineOf(index, lanes, frame, selection.at);
    canvas.lineWidth = 2.5;
    if (line) strokeLine(canvas, line, colours.blue, 1);
    canvas.lineWidth = 1;
  }
}

function strokeLine(
  canvas: Canvas,
  { x1, y1, x2, y2 }: NonNullable<ReturnType<typeof lineOf>>,
  colour: string,
  alpha: number,
): void {
  canvas.strokeStyle = colour;
  canvas.globalAlpha = alpha;
  canvas.beginPath();
  canvas.moveTo(x1, y1);
  canvas.lineTo(x2, y2);
  canvas.stroke();
  canvas.globalAlpha = 1;
}

/** Many lines at once, each with a dot where it arrives. */
function stroke(
  canvas: Canvas,
  { index, lanes }: Scene,
  frame: Frame,
  messages: readonly number[],
  colour: string,
  alpha: number,
): void {
  if (index === undefined || messages.length === 0) return;
  const heads = messages.length < 1200 && alpha > 0.3;
  canvas.strokeStyle = canvas.fillStyle = colour;
  canvas.globalAlpha = alpha;
  canvas.beginPath();
  const ends: [number, number][] = [];
  for (const i of messages) {
    const line = lineOf(index, lanes, frame, i);
    if (line === undefined) continue;
    canvas.moveTo(line.x1, line.y1);
    canvas.lineTo(line.x2, line.y2);
    if (heads) ends.push([line.x2, line.y2]);
  }
  canvas.stroke();
  canvas.beginPath();
  for (const [x, y] of ends) {
    canvas.moveTo(x + 2, y);
    canvas.arc(x, y, 2, 0, 2 * Math.PI);
  }
  canvas.fill();
  canvas.globalAlpha = 1;
}

/** What did not arrive ends in a cross; what was cut off, in a bar. */
function drawLost(
  canvas: Canvas,
  { index, lanes }: Scene,
  frame: Frame,
  i: number,
  colours: Colours,
): void {
  const line = index && lineOf(index, lanes, frame, i);
  if (index === undefined || line === undefined) return;
  const { x2, y2 } = line;
  strokeLine(canvas, line, colours.amber, 0.9);
  canvas.strokeStyle = colours.amber;
  canvas.lineWidth = 1.5;
  canvas.beginPath();
  if (index.messages.fate[i] === CUT_OFF) {
    canvas.moveTo(x2 - 4, y2);
    canvas.lineTo(x2 + 4, y2);
  } else {
    canvas.moveTo(x2 - 3, y2 - 3);
    canvas.lineTo(x2 + 3, y2 + 3);
    canvas.moveTo(x2 - 3, y2 + 3);
    canvas.lineTo(x2 + 3, y2 - 3);
  }
  canvas.stroke();
  canvas.lineWidth = 1;
}

/** Types, or bodies, where there is room for them. */
function label(
  canvas: Canvas,
  { index, lanes }: Scene,
  frame: Frame,
  messages: readonly number[],
  { ink, paper }: Colours,
): void {
  if (index === undefined || messages.length > 60) return;
  const { types, type, bodies } = index.messages;
  canvas.textAlign = "left";
  for (const i of messages) {
    const line = lineOf(index, lanes, frame, i);
    if (line === undefined) continue;
    const { x1, y1, x2, y2 } = line;
    const text = messages.length < 14 ? shortened(bodies[i]) : types[type[i]];
    const [x, y] = [x1 + (x2 - x1) * 0.35 + 4, y1 + (y2 - y1) * 0.35];
    const { width } = canvas.measureText(text);
    canvas.globalAlpha = 0.75;
    canvas.fillStyle = paper;
    canvas.fillRect(x - 2, y - 7, width + 4, 14);
    canvas.globalAlpha = 1;
    canvas.fillStyle = ink;
    canvas.fillText(text, x, y);
  }
}

const shortened = (text: string) =>
  text.length > 60 ? `${text.slice(0, 60)}…` : text;

/** How much each lane sends and receives, where there is too much for lines. */
function drawDensity(
  canvas: Canvas,
  { index, lanes }: Scene,
  frame: Frame,
  { colours, light }: Looks,
): void {
  if (index === undefined) return;
  const { view, width, left } = frame;
  const scale = laneScale(lanes, frame);
  canvas.fillStyle = colours.ink;
  lanes.all.forEach((_, lane) => {
    const y = yOf(lanes, frame, lane);
    if (y < frame.top - scale || y > frame.height + scale) return;
    const { counts, first, span } = index.density(
      lane,
      view.start,
      view.end,
      (width - left) / 2,
    );
    canvas.globalAlpha = light ? 0.08 : 0.35;
    canvas.beginPath();
    counts.forEach((count, i) => {
      if (count === 0) return;
      const x1 = xOf(frame, (first + i) * span);
      const x2 = xOf(frame, (first + i + 1) * span);
      const tall = Math.min(1, Math.log2(1 + count) / 7) * scale * 0.8;
      canvas.rect(x1, y - tall / 2, Math.max(0.75, x2 - x1 - 0.25), tall);
    });
    canvas.fill();
  });
  canvas.globalAlpha = 1;
}

function drawOperations(
  canvas: Canvas,
  { run, lanes }: Scene,
  frame: Frame,
  { colours, wrong, selection, light }: Looks,
): void {
  const scale = laneScale(lanes, frame);
  const tall = Math.max(4, scale * 0.34);
  run.operations.forEach((operation, i) => {
    const x1 = xOf(frame, operation.start);
    const x2 = xOf(frame, operation.end ?? run.duration);
    if (x2 < frame.left || x1 > frame.width) return;
    const lane = laneOfOperation(lanes, run, operation);
    if (lane === undefined) return;
    const y = yOf(lanes, frame, lane);
    const width = Math.max(2, x2 - x1);
    const isWrong = wrong.has(i);
    const isChosen = selection?.kind === "operation" && selection.at === i;
    canvas.globalAlpha = light && !isChosen && !isWrong ? 0.35 : 1;
    paint(canvas, operation, x1, y, width, tall, colours, isWrong);
    if (isChosen) {
      canvas.strokeStyle = colours.blue;
      canvas.lineWidth = 2;
      canvas.strokeRect(x1 - 2, y - tall / 2 - 2, width + 4, tall + 4);
      canvas.lineWidth = 1;
    }
    canvas.globalAlpha = 1;
    if (width > 48) {
      canvas.fillStyle = colours.ink;
      canvas.textAlign = "left";
      canvas.fillText(titleOf(operation), x1 + 2, y - tall / 2 - 7);
    }
  });
}

/** Ok is full, failed is hollow, unknown is open at its end. */
function paint(
  canvas: Canvas,
  { type }: Operation,
  x: number,
  y: number,
  width: number,
  tall: number,
  colours: Colours,
  isWrong: boolean,
): void {
  const colour = isWrong
    ? colours.red
    : type === "ok"
    ? colours.ink
    : type === "fail"
    ? colours.grey
    : colours.amber;
  canvas.fillStyle = canvas.strokeStyle = colour;
  if (type === "ok") canvas.fillRect(x, y - tall / 2, width, tall);
  else if (type === "fail") {
    canvas.strokeRect(x + 0.5, y - tall / 2 + 0.5, width - 1, tall - 1);
  } else {
    canvas.fillRect(x, y - tall / 2, 2, tall);
    canvas.fillRect(x, y - 1, width, 2);
  }
}

export function titleOf({ f, value, result }: Operation): string {
  const shown = value ?? result;
  const text = shown === undefined || shown === null
    ? ""
    : ` ${JSON.stringify(shown)}`;
  return shortened(`${f}${text}`);
}

function drawNames(
  canvas: Canvas,
  { lanes }: Scene,
  frame: Frame,
  { ink, grey, paper }: Colours,
): void {
  canvas.fillStyle = paper;
  canvas.textAlign = "right";
  const scale = laneScale(lanes, frame);
  let previous = -Infinity;
  lanes.all.forEach(({ name, kind }, i) => {
    const y = yOf(lanes, frame, i);
    if (y < frame.top || y > frame.height) return;
    if (kind === "client" && (scale < 18 || y - previous < 11)) return;
    previous = y;
    canvas.fillStyle = kind === "node" ? ink : grey;
    canvas.fillText(name, frame.left - 10, y);
  });
}
