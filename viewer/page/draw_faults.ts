/** Draws faults: bands over lanes, with their names on top. @module */
import { cutOffAt, sideOf } from "../scene/bands.ts";
import { xOf } from "../scene/frame.ts";
import { fitted } from "../scene/labels.ts";
import { BAND_ROW, BANDS_TOP } from "../scene/scene.ts";
import { coloursOfFault } from "./colours.ts";
import { isInSight, type Picture } from "./picture.ts";

/** Each fault's name, once. */
export function drawBands({ canvas, scene, frame, colours, looks }: Picture) {
  canvas.textAlign = "left";
  const { selection } = looks;
  for (const { fault, row, start, end, label } of scene.bands) {
    const x1 = Math.max(xOf(frame, start), frame.left);
    const x2 = Math.min(xOf(frame, end), frame.width);
    if (x2 < frame.left || x1 > frame.width) continue;
    const y = BANDS_TOP + row * BAND_ROW;
    const isChosen = selection?.kind === "fault" && selection.at === fault;
    const width = Math.max(2, x2 - x1 - 1);
    const [colour, wash] = coloursOfFault(scene.run.faults[fault], colours);
    canvas.fillStyle = isChosen ? colour : wash;
    canvas.fillRect(x1, y, width, BAND_ROW - 2);
    canvas.fillStyle = colour;
    canvas.fillRect(x1, y, 2, BAND_ROW - 2);
    if (scene.run.faults[fault].byHand) {
      stitches(canvas, x1, x1 + width, y + BAND_ROW - 4);
    }
    const text = fitted(
      label,
      width - 10,
      (it) => canvas.measureText(it).width,
    );
    if (text === undefined) continue;
    canvas.fillStyle = isChosen ? colours.paper : colours.ink;
    canvas.fillText(text, x1 + 6, y + BAND_ROW / 2 - 0.5);
  }
}

/** What a hand did has an edge of its own, beside its colour. */
function stitches(
  canvas: CanvasRenderingContext2D,
  x1: number,
  x2: number,
  y: number,
): void {
  canvas.beginPath();
  for (let x = x1 + 2; x + 3 < x2; x += 7) canvas.rect(x, y, 3, 2);
  canvas.fill();
}

/** A pattern beside the colour says what kind of fault it is. */
export function drawFaults(picture: Picture): void {
  const { canvas, scene, frame, place, looks, colours, words } = picture;
  const { run, lanes } = scene;
  const { scale, ys } = place;
  run.faults.forEach((fault, i) => {
    const from = xOf(frame, fault.start);
    const to = xOf(frame, fault.end ?? run.duration);
    if (to < frame.left || from > frame.width) return;
    // No pattern is longer than what is in sight.
    const x1 = Math.max(from, frame.left - 10);
    const x2 = Math.max(x1 + 1, Math.min(to, frame.width + 10));
    const { selection } = looks;
    const isChosen = selection?.kind === "fault" && selection.at === i;
    const sides = sideOf(fault);
    const [colour, wash] = coloursOfFault(fault, colours);
    for (const node of fault.nodes) {
      const lane = lanes.byId.get(node);
      if (lane === undefined || !isInSight(picture, ys[lane], scale)) continue;
      const [y, tall] = [ys[lane] - scale / 2 + 1, scale - 2];
      canvas.fillStyle = wash;
      canvas.globalAlpha = isChosen ? 1 : 0.7;
      canvas.fillRect(x1, y, x2 - x1, tall);
      canvas.globalAlpha = 1;
      canvas.fillStyle = colour;
      if (fault.start === fault.end) {
        diamond(canvas, from, ys[lane], Math.min(5, tall / 2));
        canvas.fillRect(from - 0.5, y, 1, tall);
        continue;
      }
      if (fault.byHand) {
        stitches(canvas, x1, x2, y);
        stitches(canvas, x1, x2, y + tall - 2);
      }
      if (fault.kind === "kill") {
        canvas.fillRect(from, y, 2, tall);
        canvas.fillRect(to - 2, y, 2, tall);
      } else if (fault.kind === "pause") {
        stripes(picture, colour, x1, x2, y, tall);
      } else if (fault.kind === "partition") {
        const text = cutOffAt(fault, node);
        // Sides are told by the fault's name; a ring of majorities has none.
        if (text !== undefined && (isChosen || sides.size === 0)) {
          words.push({
            text,
            weight: isChosen ? 7 : 1,
            colour,
            width: x2 - x1 - 8,
            places: [10, -10].map((dy) => ({ x: x1 + 4, y: ys[lane] + dy })),
          });
        }
        // The smaller side has rules above and below.
        canvas.fillRect(x1, y, x2 - x1, 1);
        if (sides.get(node) === 0) {
          canvas.fillRect(x1, y + 2, x2 - x1, 1);
          canvas.fillRect(x1, y + tall - 3, x2 - x1, 1);
          canvas.fillRect(x1, y + tall - 1, x2 - x1, 1);
        }
      }
    }
  });
}

/** What has no length. */
function diamond(
  canvas: CanvasRenderingContext2D,
  x: number,
  y: number,
  size: number,
): void {
  canvas.beginPath();
  canvas.moveTo(x, y - size);
  canvas.lineTo(x + size, y);
  canvas.lineTo(x, y + size);
  canvas.lineTo(x - size, y);
  canvas.fill();
}

function stripes(
  { canvas }: Picture,
  colour: string,
  x1: number,
  x2: number,
  y: number,
  tall: number,
): void {
  canvas.save();
  canvas.beginPath();
  canvas.rect(x1, y, x2 - x1, tall);
  canvas.clip();
  canvas.strokeStyle = colour;
  canvas.globalAlpha = 0.5;
  canvas.beginPath();
  for (let x = x1 - tall; x < x2; x += 8) {
    canvas.moveTo(x, y + tall);
    canvas.lineTo(x + tall, y);
  }
  canvas.stroke();
  canvas.restore();
}
