/**
 * The space-time diagram, and what a pointer does to it.
 *
 * @module
 */
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import {
  type Frame,
  hit,
  laneScale,
  type Scene,
  timeAt,
} from "../scene/scene.ts";
import { pan, type View, zoom } from "../scene/view.ts";
import { coloursOf } from "./colours.ts";
import { draw, type Looks } from "./draw.ts";
import { type Actions } from "./viewer.tsx";

const [LEFT, TOP] = [84, 24];

export function Diagram({ scene, view, scroll, setScroll, looks, actions }: {
  readonly scene: Scene;
  readonly view: View;
  /** How far the lanes are scrolled up, in pixels. */
  readonly scroll: number;
  readonly setScroll: (scroll: number) => void;
  readonly looks: Omit<Looks, "colours">;
  readonly actions: Actions;
}) {
  const ref = useRef<HTMLCanvasElement>(null);
  const [size, setSize] = useState({ width: 0, height: 0 });
  const [theme, setTheme] = useState(0);
  const frame: Frame = { ...size, left: LEFT, top: TOP, view, scroll };

  useEffect(() => {
    const canvas = ref.current;
    if (canvas === null) return;
    const observer = new ResizeObserver(([{ contentRect }]) => {
      setSize({ width: contentRect.width, height: contentRect.height });
    });
    observer.observe(canvas);
    const dark = matchMedia("(prefers-color-scheme: dark)");
    const repaint = () => setTheme((it) => it + 1);
    dark.addEventListener("change", repaint);
    return () => {
      observer.disconnect();
      dark.removeEventListener("change", repaint);
    };
  }, []);

  useLayoutEffect(() => {
    const canvas = ref.current;
    const context = canvas?.getContext("2d");
    if (!canvas || !context || size.width === 0) return;
    const ratio = devicePixelRatio;
    const [width, height] = [size.width * ratio, size.height * ratio];
    if (canvas.width !== width || canvas.height !== height) {
      [canvas.width, canvas.height] = [width, height];
    }
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    draw(context, scene, frame, {
      ...looks,
      colours: coloursOf(document.body),
    });
  }, [scene, view, looks, size, scroll, theme]);

  const wheel = (event: WheelEvent) => {
    event.preventDefault();
    const { duration } = scene.run;
    const perPixel = (view.end - view.start) / (size.width - LEFT);
    if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
      const by = event.deltaX || event.deltaY;
      return actions.look(pan(view, by * perPixel, duration));
    }
    const time = timeAt(frame, event.offsetX);
    actions.look(zoom(view, 1.0015 ** event.deltaY, time, duration));
  };

  const down = (event: PointerEvent) => {
    const canvas = ref.current;
    if (canvas === null || event.button !== 0) return;
    const { clientX, clientY } = event;
    const [before, above] = [view, scroll];
    const perPixel = (view.end - view.start) / (size.width - LEFT);
    const room = Math.max(
      0,
      scene.lanes.height * laneScale(scene.lanes, frame) - size.height + TOP +
        8,
    );
    let hasMoved = false;
    canvas.setPointerCapture(event.pointerId);
    const move = (event: PointerEvent) => {
      const [dx, dy] = [event.clientX - clientX, event.clientY - clientY];
      if (!hasMoved && Math.hypot(dx, dy) < 4) return;
      hasMoved = true;
      actions.look(pan(before, -dx * perPixel, scene.run.duration));
      setScroll(Math.min(room, Math.max(0, above - dy)));
    };
    const up = (event: PointerEvent) => {
      canvas.removeEventListener("pointermove", move);
      canvas.removeEventListener("pointerup", up);
      canvas.removeEventListener("pointercancel", up);
      if (hasMoved || event.type === "pointercancel") return;
      actions.select(hit(scene, frame, event.offsetX, event.offsetY));
    };
    canvas.addEventListener("pointermove", move);
    canvas.addEventListener("pointerup", up);
    canvas.addEventListener("pointercancel", up);
  };

  return (
    <div class="diagram">
      <canvas
        ref={ref}
        role="img"
        aria-label="Space-time diagram: who sent what to whom, and when. The same is in the tables below."
        onWheel={wheel}
        onPointerDown={down}
      />
    </div>
  );
}
