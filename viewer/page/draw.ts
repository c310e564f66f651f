/**
 * Draws the space-time diagram on a canvas.
 *
 * @module
 */
import { type Lit } from "../scene/causality.ts";
import { type Frame, projection, xOf } from "../scene/frame.ts";
import { fitted, Labels } from "../scene/labels.ts";
import { BANDS_TOP, type Scene, type Selection } from "../scene/scene.ts";
import { seconds, ticks } from "../scene/view.ts";
import { type Colours } from "./colours.ts";
import { drawBands, drawFaults } from "./draw_faults.ts";
import { drawMessages } from "./draw_messages.ts";
import { drawOperations } from "./draw_operations.ts";
import { drawLanes, drawNames } from "./draw_lanes.ts";
import { FONT, type Picture, type Words } from "./picture.ts";

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

export function draw(
  canvas: CanvasRenderingContext2D,
  scene: Scene,
  frame: Frame,
  looks: Looks,
): void {
  const { width, height, left, top } = frame;
  const words: Words[] = [];
  const picture: Picture = {
    ...{ canvas, scene, frame, looks, words, colours: looks.colours },
    place: projection(scene.lanes, frame),
  };
  canvas.globalAlpha = 1;
  canvas.clearRect(0, 0, width, height);
  canvas.font = FONT;
  canvas.lineWidth = 1;
  canvas.textBaseline = "middle";
  drawTimes(picture);
  clipped(BANDS_TOP, () => drawBands(picture));
  clipped(top, () => {
    drawFaults(picture);
    drawLanes(picture);
    drawMessages(picture);
    drawOperations(picture);
    drawWords(picture);
  });
  drawNames(picture);

  function clipped(from: number, act: () => void): void {
    canvas.save();
    canvas.beginPath();
    canvas.rect(left, from, width - left, height - from);
    canvas.clip();
    act();
    canvas.restore();
  }
}

function drawTimes({ canvas, frame, colours }: Picture): void {
  const { width, height, left, top, view } = frame;
  const { times, step } = ticks(view, width - left);
  canvas.fillStyle = colours.grey;
  canvas.textAlign = "center";
  for (const time of times) {
    const x = xOf(frame, time);
    const text = seconds(time, step);
    const most = width - canvas.measureText(text).width / 2 - 4;
    if (x > left + 20) canvas.fillText(text, Math.min(x, most), 12);
  }
  canvas.fillStyle = colours.faint;
  canvas.globalAlpha = 0.5;
  for (const time of times) {
    const x = Math.round(xOf(frame, time));
    if (x > left) canvas.fillRect(x, top - 4, 1, height);
  }
  canvas.globalAlpha = 1;
}

/** More labels than this are not read by anybody. */
const MOST_WORDS = 250;

/** The most important first; what finds no free place is left out. */
function drawWords({ canvas, frame, words, colours }: Picture): void {
  const labels = new Labels();
  const { left, width } = frame;
  canvas.textAlign = "left";
  const widthOf = (text: string) => canvas.measureText(text).width;
  words.sort((a, b) => b.weight - a.weight);
  for (const it of words.slice(0, MOST_WORDS)) {
    const text = fitted(it.text, it.width, widthOf);
    if (text === undefined) continue;
    const wide = widthOf(text) + 4;
    const box = labels.place(
      it.places.filter(({ x }) => x + wide > left && x < width)
        .map(({ x, y }) => ({
          x: Math.max(left + 2, x),
          y: y - 8,
          width: wide,
          height: 16,
        })),
    );
    if (box === undefined) continue;
    canvas.globalAlpha = 0.8;
    canvas.fillStyle = colours.paper;
    canvas.fillRect(box.x, box.y + 1, box.width, box.height - 2);
    canvas.globalAlpha = 1;
    canvas.fillStyle = it.colour;
    canvas.fillText(text, box.x + 2, box.y + 8);
  }
}
