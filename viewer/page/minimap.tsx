/**
 * The whole run in a strip: messages a second, faults, what is wrong, and the
 * stretch that is in sight.
 *
 * @module
 */
import { useLayoutEffect, useRef } from "preact/hooks";
import { type Scene } from "../scene/scene.ts";
import { type View, whole, zoom } from "../scene/view.ts";
import { blank, MARGIN, useSize } from "./canvas.ts";
import { coloursOfFault, useColours } from "./colours.ts";

export function Minimap({ scene, view, look, wrong }: {
  readonly scene: Scene;
  readonly view: View;
  readonly look: (view: View) => void;
  readonly wrong: ReadonlySet<number>;
}) {
  const ref = useRef<HTMLCanvasElement>(null);
  const { width } = useSize(ref);
  const colours = useColours();
  const { run } = scene;
  const all = whole(run.duration);
  const xOf = (time: number) =>
    MARGIN + (time - all.start) / (all.end - all.start) * (width - MARGIN);
  const timeAt = (x: number) =>
    all.start + (x - MARGIN) / (width - MARGIN) * (all.end - all.start);

  useLayoutEffect(() => {
    const height = 45;
    const context = blank(ref.current, width, height);
    if (context === undefined) return;
    const { ink, red, grey } = colours;
    context.font = "12px system-ui, sans-serif";
    context.fillStyle = grey;
    context.textAlign = "right";
    context.fillText("whole run", MARGIN - 10, height / 2 + 4);
    for (const fault of run.faults) {
      const { start, end = run.duration } = fault;
      [, context.fillStyle] = coloursOfFault(fault, colours);
      context.fillRect(
        xOf(start),
        0,
        Math.max(1, xOf(end) - xOf(start)),
        height,
      );
    }
    const columns = new Uint32Array(Math.ceil(width));
    const { sent, count } = run.messages ?? { sent: [], count: 0 };
    for (let i = 0; i < count; i++) columns[Math.floor(xOf(sent[i]))]++;
    const most = Math.max(1, ...columns);
    context.fillStyle = ink;
    context.globalAlpha = 0.6;
    columns.forEach((n, x) => {
      const tall = Math.sqrt(n / most) * (height - 10);
      if (n > 0) context.fillRect(x, height - tall, 1, tall);
    });
    context.globalAlpha = 1;
    context.fillStyle = red;
    for (const at of wrong) {
      context.fillRect(xOf(run.operations[at].start) - 1, 0, 2, 8);
    }
  }, [scene, width, wrong, colours]);

  const centre = (event: PointerEvent) => {
    if (event.buttons !== 1) return;
    const length = view.end - view.start;
    const time = timeAt(event.offsetX);
    look(zoom(
      { start: time - length / 2, end: time + length / 2 },
      1,
      time,
      run.duration,
    ));
  };
  return (
    <div class="minimap">
      <canvas
        ref={ref}
        aria-hidden="true"
        onPointerDown={centre}
        onPointerMove={centre}
      />
      <div
        class="window"
        style={{
          left: `${xOf(view.start)}px`,
          width: `${Math.max(3, xOf(view.end) - xOf(view.start))}px`,
        }}
      />
    </div>
  );
}
