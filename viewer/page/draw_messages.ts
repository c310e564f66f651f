/** Draws messages as lines, or, where there are too many, their density. @module */
import {
  ARRIVED,
  CUT_OFF,
  DROPPED_BY_HAND,
  LOST,
  UNDER_WAY,
} from "../run/document.ts";
import { type Line, lineOf } from "../scene/lines.ts";
import { MAX_LINES } from "../scene/scene.ts";
import { shortened } from "../scene/words.ts";
import { isInSight, type Picture } from "./picture.ts";

/** A late one is known by long dashes, a second arrival by short ones. */
const [LATE, AGAIN, UNKNOWN] = [[8, 4], [2, 3], [1, 3]];

/** Up to so many have a point where they arrive. */
const MOST_POINTS = 700;
/** Up to so many are named; up to so many with their bodies. */
const [MOST_NAMED, MOST_BODIES] = [90, 16];

export function drawMessages(picture: Picture): void {
  const { canvas, scene, frame, looks, colours } = picture;
  const { index } = scene;
  if (index === undefined) return;
  const { light, shown, selection } = looks;
  const { lit, dimmed, isCrowded } = index.inSight(frame.view, {
    ...{ light: light?.messages, shown, most: MAX_LINES },
  });
  if (isCrowded) drawDensity(picture);
  // In a crowd nobody tells dashes.
  const isLate = isCrowded ? undefined : scene.late();
  const { fate, duplicates } = index.messages;
  const inTime = lit.filter((i) => fate[i] === ARRIVED && isLate?.[i] !== 1);
  const late = lit.filter((i) => fate[i] === ARRIVED && isLate?.[i] === 1);
  const colour = light ? colours.blue : colours.ink;
  const strength = isCrowded ? 0.16 : light ? 0.9 : 0.65;
  strokes(picture, dimmed, colours.grey, 0.16);
  strokes(picture, inTime, colour, strength, true);
  canvas.setLineDash(LATE);
  strokes(picture, late, colour, strength, true);
  canvas.setLineDash([]);
  for (const i of lit) {
    if (fate[i] !== ARRIVED && !(isCrowded && fate[i] === UNDER_WAY)) {
      drawFailed(picture, i);
    }
  }
  if (!isCrowded) {
    const isLit = new Set(duplicates.length > 0 ? lit : []);
    canvas.setLineDash(AGAIN);
    for (const { message, at } of duplicates) {
      const line = isLit.has(message) && lineOf(index, picture.place, message);
      if (!line) continue;
      const { frame: { left, view }, perMs } = picture.place;
      const x2 = left + (at - view.start) * perMs;
      const y2 = picture.place.ys[index.to[message]];
      stroke(picture, { ...line, x2, y2 }, colour, 0.55);
    }
    canvas.setLineDash([]);
    nameMessages(picture, lit);
  }
  if (selection?.kind === "message") {
    const line = lineOf(index, picture.place, selection.at);
    canvas.lineWidth = 3;
    if (line) stroke(picture, line, colours.blue, 1);
    canvas.lineWidth = 1;
  }
}

function stroke(
  { canvas }: Picture,
  { x1, y1, x2, y2 }: Line,
  colour: string,
  strength: number,
): void {
  canvas.strokeStyle = colour;
  canvas.globalAlpha = strength;
  canvas.beginPath();
  canvas.moveTo(x1, y1);
  canvas.lineTo(x2, y2);
  canvas.stroke();
  canvas.globalAlpha = 1;
}

/** Many lines at once, with points where they arrive. */
function strokes(
  picture: Picture,
  messages: readonly number[],
  colour: string,
  strength: number,
  hasPoints = false,
): void {
  const { canvas, scene: { index }, place, frame } = picture;
  if (index === undefined || messages.length === 0) return;
  canvas.strokeStyle = canvas.fillStyle = colour;
  canvas.globalAlpha = strength;
  const ends: number[] = [];
  for (const i of messages) {
    const line = lineOf(index, place, i);
    if (line === undefined || !isBetween(line, frame.top, frame.height)) {
      continue;
    }
    const { x1, y1, x2, y2 } = line;
    // One path of all would be slower: its lines would be unified.
    canvas.beginPath();
    canvas.moveTo(x1, y1);
    canvas.lineTo(x2, y2);
    canvas.stroke();
    if (hasPoints) ends.push(x2, y2);
  }
  if (ends.length <= 2 * MOST_POINTS && place.scale > 12) {
    canvas.beginPath();
    for (let i = 0; i < ends.length; i += 2) {
      canvas.moveTo(ends[i] + 2, ends[i + 1]);
      canvas.arc(ends[i], ends[i + 1], 2, 0, 2 * Math.PI);
    }
    canvas.fill();
  }
  canvas.globalAlpha = 1;
}

const isBetween = ({ y1, y2 }: Line, top: number, bottom: number) =>
  Math.max(y1, y2) > top && Math.min(y1, y2) < bottom;

/** What did not arrive ends in a cross; what was cut off, in a bar. */
function drawFailed(picture: Picture, i: number): void {
  const { canvas, scene: { index }, place, colours } = picture;
  const line = index && lineOf(index, place, i);
  if (index === undefined || line === undefined) return;
  const { x2, y2 } = line;
  const fate = index.messages.fate[i];
  if (fate === UNDER_WAY) {
    canvas.setLineDash(UNKNOWN);
    stroke(picture, line, colours.grey, 1);
    canvas.setLineDash([]);
    return;
  }
  const colour = fate === DROPPED_BY_HAND ? colours.violet : colours.amber;
  stroke(picture, line, colour, 0.9);
  canvas.strokeStyle = colour;
  canvas.lineWidth = 1.75;
  canvas.beginPath();
  if (fate === CUT_OFF) {
    canvas.moveTo(x2 - 5, y2);
    canvas.lineTo(x2 + 5, y2);
  } else {
    const arm = fate === LOST || fate === DROPPED_BY_HAND ? 4 : 3;
    canvas.moveTo(x2 - arm, y2 - arm);
    canvas.lineTo(x2 + arm, y2 + arm);
    canvas.moveTo(x2 - arm, y2 + arm);
    canvas.lineTo(x2 + arm, y2 - arm);
  }
  canvas.stroke();
  canvas.lineWidth = 1;
}

/** Types, or bodies, where there is room for them. */
function nameMessages(picture: Picture, messages: readonly number[]): void {
  const { scene: { index }, place, words, colours, looks } = picture;
  if (index === undefined || messages.length > MOST_NAMED) return;
  const { types, type, bodies } = index.messages;
  const hasBodies = messages.length <= MOST_BODIES;
  for (const i of messages) {
    const line = lineOf(index, place, i);
    if (line === undefined) continue;
    const { x1, y1, x2, y2 } = line;
    const { selection } = looks;
    const isChosen = selection?.kind === "message" && selection.at === i;
    words.push({
      text: hasBodies ? shortened(bodies[i]) : types[type[i]],
      weight: isChosen ? 9 : 3,
      colour: looks.light ? colours.blue : colours.ink,
      width: hasBodies ? 360 : 160,
      places: [0.4, 0.6, 0.25].map((share) => ({
        x: x1 + (x2 - x1) * share + 4,
        y: y1 + (y2 - y1) * share,
      })),
    });
  }
}

/** Pixels of a column of the density. */
const COLUMN = 2;

let pixels: OffscreenCanvas | undefined;

/** How much each lane sends and receives, where there is too much for lines. */
function drawDensity(picture: Picture): void {
  const { canvas, scene: { index, lanes }, frame, place, looks, colours } =
    picture;
  if (index === undefined) return;
  const { left, width, top, height, view } = frame;
  const columns = Math.ceil((width - left) / COLUMN);
  const rows = Math.ceil(height - top);
  if (columns < 1 || rows < 1) return;
  const counts = index.density(view, columns, looks.shown);
  // Pixel by pixel: so many rectangles would take longer than a frame.
  const image = new ImageData(columns, rows);
  const data = new Uint32Array(image.data.buffer);
  lanes.all.forEach((_, lane) => {
    const y = place.ys[lane];
    if (!isInSight(picture, y, place.scale)) return;
    for (let column = 0; column < columns; column++) {
      const count = counts[lane * columns + column];
      if (count === 0) continue;
      const tall = Math.max(
        2,
        Math.min(1, Math.log2(1 + count) / 7) * place.scale * 0.8,
      );
      const first = Math.max(0, Math.round(y - tall / 2 - top));
      const last = Math.min(rows, Math.round(y + tall / 2 - top));
      for (let row = first; row < last; row++) {
        data[row * columns + column] = 0xff000000;
      }
    }
  });
  pixels ??= new OffscreenCanvas(columns, rows);
  [pixels.width, pixels.height] = [columns, rows];
  const context = pixels.getContext("2d");
  if (context === null) return;
  context.putImageData(image, 0, 0);
  context.globalCompositeOperation = "source-in";
  context.fillStyle = colours.ink;
  context.fillRect(0, 0, columns, rows);
  canvas.globalAlpha = looks.light ? 0.12 : 0.4;
  canvas.imageSmoothingEnabled = false;
  canvas.drawImage(pixels, left, top, columns * COLUMN, rows);
  canvas.globalAlpha = 1;
}
