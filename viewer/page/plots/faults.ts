/**
 * Faults behind a plot: a wash over its height, and at its upper edge a strip
 * for each kind, with a pattern of its own.
 *
 * @module
 */
import type uPlot from "uplot";
import { type Fault, type RunDocument } from "../../run/document.ts";
import { type Colours, coloursOfFault } from "../colours.ts";
import { faultKinds, type Strip, stripOf } from "./legend.tsx";

/** CSS pixels for each kind. */
const STRIP = 7;

export const stripsHeight = (faults: readonly Fault[]): number =>
  faultKinds(faults).length * STRIP;

export function drawFaults(
  plot: uPlot,
  { faults, duration }: RunDocument,
  colours: Colours,
): void {
  const { ctx: canvas, bbox } = plot;
  const ratio = devicePixelRatio;
  const kinds = faultKinds(faults);
  const stretches = faults.map((fault) => {
    const { start, end = duration } = fault;
    const x = plot.valToPos(start, "x", true);
    return {
      kind: stripOf(fault),
      colours: coloursOfFault(fault, colours),
      x,
      width: Math.max(ratio, plot.valToPos(end, "x", true) - x),
    };
  });
  canvas.save();
  // Where faults of one colour overlap, it is no darker.
  const washes = new Map<string, Path2D>();
  for (const { x, width, colours: [, wash] } of stretches) {
    washes.getOrInsertComputed(wash, () => new Path2D())
      .rect(x, bbox.top, width, bbox.height);
  }
  canvas.globalAlpha = 0.55;
  for (const [wash, path] of washes) {
    canvas.fillStyle = wash;
    canvas.fill(path);
  }
  canvas.globalAlpha = 1;
  canvas.lineWidth = ratio;
  for (const { kind, x, width, colours: [colour] } of stretches) {
    canvas.fillStyle = canvas.strokeStyle = colour;
    const row = kinds.length - kinds.indexOf(kind);
    const y = bbox.top - row * STRIP * ratio - 2 * ratio;
    strip(canvas, kind, x, y, width, (STRIP - 2) * ratio);
  }
  canvas.restore();
}

function strip(
  canvas: CanvasRenderingContext2D,
  kind: Strip,
  x: number,
  y: number,
  width: number,
  height: number,
): void {
  const middle = y + height / 2;
  if (kind === "partition") {
    canvas.fillRect(x, y + height / 4, width, height / 2);
    return;
  }
  canvas.save();
  canvas.beginPath();
  canvas.rect(x, y, width, height);
  canvas.clip();
  canvas.beginPath();
  if (kind === "pause") {
    for (let at = x - height; at < x + width; at += height) {
      canvas.moveTo(at, y + height);
      canvas.lineTo(at + height, y);
    }
  } else {
    if (kind === "other") canvas.setLineDash([height / 2, height / 2]);
    if (kind === "by hand") {
      canvas.lineWidth = height;
      canvas.setLineDash([height / 2, height / 3]);
    }
    canvas.moveTo(x, middle);
    canvas.lineTo(x + width, middle);
  }
  canvas.stroke();
  if (kind === "kill") {
    canvas.fillRect(x, y, height / 3, height);
    canvas.fillRect(x + width - height / 3, y, height / 3, height);
  }
  canvas.restore();
}
