/**
 * A canvas with time to the right and something upwards, its axes, and what is
 * clicked.
 *
 * @module
 */
import { useLayoutEffect, useRef } from "preact/hooks";
import { ticks } from "../../../pictures/scale.ts";
import { type View } from "../../../scene/view.ts";
import { blank, useSize } from "../../canvas.ts";
import { type Colours, useColours } from "../../colours.ts";

/** Left of the picture stand the numbers, below it the times. */
const [LEFT, TOP, BOTTOM] = [64, 8, 22];

/** Where things are, in CSS pixels, and how they look. */
export interface Field {
  readonly context: CanvasRenderingContext2D;
  readonly colours: Colours;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  x(time: number): number;
  y(value: number): number;
}

export function Plot({ height, view, low, high, labels, label, paint, pick }: {
  readonly height: number;
  readonly view: View;
  /** Values at the bottom and at the top. */
  readonly low: number;
  readonly high: number;
  /** Names of the values 0, 1, 2 ...; otherwise they are numbers. */
  readonly labels?: readonly string[];
  /** What it shows, for who can't see it. */
  readonly label: string;
  paint(field: Field): void;
  pick?(x: number, y: number, field: Pick<Field, "x" | "y">): void;
}) {
  const ref = useRef<HTMLCanvasElement>(null);
  const { width } = useSize(ref);
  const colours = useColours();
  const [right, bottom] = [width - 8, height - BOTTOM];
  const x = (time: number) =>
    LEFT + (time - view.start) / (view.end - view.start) * (right - LEFT);
  const y = (value: number) =>
    bottom - (value - low) / (high - low) * (bottom - TOP);

  useLayoutEffect(() => {
    const context = blank(ref.current, width, height);
    if (context === undefined) return;
    context.font = "12px system-ui, sans-serif";
    context.lineWidth = 1;
    const line = (x1: number, y1: number, x2: number, y2: number) => {
      context.beginPath();
      context.moveTo(x1, y1);
      context.lineTo(x2, y2);
      context.stroke();
    };
    context.strokeStyle = colours.faint;
    context.fillStyle = colours.grey;
    context.textBaseline = "middle";
    context.textAlign = "right";
    const values = labels?.map((_, i) => i) ??
      ticks(low, high, (bottom - TOP) / 36).filter(Number.isInteger);
    for (const value of values) {
      const at = Math.round(y(value)) + 0.5;
      line(LEFT, at, right, at);
      const name = labels?.[value] ?? value.toLocaleString("en");
      context.fillText(name, LEFT - 8, at);
    }
    context.textBaseline = "alphabetic";
    context.textAlign = "center";
    const times = ticks(view.start, view.end, (right - LEFT) / 110);
    times.forEach((time, i) => {
      const unit = i === times.length - 1 ? " s" : "";
      const text = `${Number((time / 1000).toFixed(6))}${unit}`;
      context.fillText(text, x(time), height - 6);
      line(x(time), bottom, x(time), bottom + 4);
    });
    context.save();
    context.beginPath();
    context.rect(LEFT, 0, right - LEFT, height - BOTTOM + 4);
    context.clip();
    paint({ context, colours, left: LEFT, right, top: TOP, bottom, x, y });
    context.restore();
  }, [width, height, view, low, high, labels, paint, colours]);

  return (
    <canvas
      ref={ref}
      class={pick === undefined ? "plot" : "plot picked"}
      style={{ height: `${height}px` }}
      role="img"
      aria-label={`${label} The same is in the table below.`}
      onClick={(event) => pick?.(event.offsetX, event.offsetY, { x, y })}
    />
  );
}

/** A dot that is filled, or only a ring. */
export function dot(
  { context }: Pick<Field, "context">,
  x: number,
  y: number,
  radius: number,
  isFilled: boolean,
): void {
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  if (isFilled) context.fill();
  else context.stroke();
}
