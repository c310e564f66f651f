/**
 * The whole run in a strip: messages a second, faults, what is wrong, and the
 * stretch that is in sight.
 *
 * @module
 */
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { type Scene } from "../scene/scene.ts";
import { type View, whole, zoom } from "../scene/view.ts";
import { useColours } from "./colours.ts";

const LEFT = 84;

export function Minimap({ scene, view, look, wrong }: {
  readonly scene: Scene;
  readonly view: View;
  readonly look: (view: View) => void;
  readonly wrong: ReadonlySet<number>;
}) {
  const ref = useRef<HTMLCanvasElement>(null);
  const [width, setWidth] = useState(0);
  const colours = useColours();
  const { run } = scene;
  const all = whole(run.duration);
  const xOf = (time: number) =>
    LEFT + (time - all.start) / (all.end - all.start) * (width - LEFT);
  const timeAt = (x: number) =>
    all.start + (x - LEFT) / (width - LEFT) * (all.end - all.start);

  useEffect(() => {
    const canvas = ref.current;
    if (canvas === null) return;
    const observer = new ResizeObserver(([{ contentRect }]) =>
      setWidth(contentRect.width)
    );
    observer.observe(canvas);
    return () => observer.disconnect();
  }, []);

  useLayoutEffect(() => {
    const canvas = ref.current;
    const context = canvas?.getContext("2d");
    if (!canvas || !context || width === 0) return;
    const [ratio, height] = [devicePixelRatio, 45];
    [canvas.width, canvas.height] = [width * ratio, height * ratio];
    context.scale(ratio, ratio);
    const { ink, amberWash, red, grey } = colours;
    context.font = "12px system-ui, sans-serif";
    context.fillStyle = grey;
    context.textAlign = "right";
    context.fillText("whole run", LEFT - 10, height / 2 + 4);
    context.fillStyle = amberWash;
    for (const { start, end = run.duration } of run.faults) {
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
