/**
 * The space-time diagram, and what a pointer does to it.
 *
 * @module
 */
import {
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from "preact/hooks";
import { rowsOf } from "../scene/bands.ts";
import {
  type Frame,
  gutterOf,
  leastHeight,
  scrollRoom,
  timeAt,
} from "../scene/frame.ts";
import { BAND_ROW, BANDS_TOP, hit, type Scene } from "../scene/scene.ts";
import { pan, pinch, type View, zoom } from "../scene/view.ts";
import { nameOf } from "../scene/words.ts";
import { useSize } from "./canvas.ts";
import { useColours } from "./colours.ts";
import { draw, type Looks } from "./draw.ts";
import { type Playhead } from "./playhead.ts";
import { Veil } from "./veil.tsx";
import { type Actions } from "./viewer.tsx";

/** A pointer that moves less has clicked, in pixels. */
const STILL = 4;

export function Diagram(
  { scene, view, scroll, setScroll, looks, actions, playhead }: {
    readonly scene: Scene;
    readonly view: View;
    /** How far the lanes are scrolled up, in pixels; too far is as far as it goes. */
    readonly scroll: number;
    readonly setScroll: (scroll: number) => void;
    readonly looks: Omit<Looks, "colours">;
    readonly actions: Actions;
    readonly playhead?: Playhead;
  },
) {
  const ref = useRef<HTMLCanvasElement>(null);
  const bar = useRef<HTMLDivElement>(null);
  const size = useSize(ref);
  const [hint, setHint] = useState<Hint>();
  const colours = useColours();
  const { lanes, bands, run } = scene;
  const unscrolled: Frame = {
    ...size,
    left: useMemo(() => gutterOf(lanes, size.width), [lanes, size.width]),
    top: BANDS_TOP + rowsOf(bands) * BAND_ROW,
    view,
    scroll: 0,
  };
  const room = scrollRoom(lanes, unscrolled);
  const frame = { ...unscrolled, scroll: Math.min(room, Math.max(0, scroll)) };
  useEffect(() => {
    if (size.width > 0 && scroll > room) setScroll(room);
  }, [scroll, room, size.width]);
  /** What is drawn next, and what pointers act upon. */
  const now = useRef({ scene, frame, room, looks, colours });
  now.current = { scene, frame, room, looks, colours };

  // At most once for each frame of the screen, whatever has changed.
  const wait = useRef(0);
  useLayoutEffect(() => {
    if (wait.current !== 0) return;
    wait.current = requestAnimationFrame(() => {
      wait.current = 0;
      if (ref.current) paint(ref.current, now.current);
    });
  });
  useEffect(() => () => cancelAnimationFrame(wait.current), []);
  useLayoutEffect(() => {
    const element = bar.current;
    if (element && Math.abs(element.scrollTop - frame.scroll) > 1) {
      element.scrollTop = frame.scroll;
    }
  });

  useEffect(() => {
    const canvas = ref.current;
    if (canvas === null) return;
    const forget = listen(canvas, {
      scrollsPage: playhead !== undefined,
      frame: () => now.current.frame,
      duration: run.duration,
      look: actions.look,
      scroll: (to) => setScroll(Math.min(now.current.room, Math.max(0, to))),
      choose(x, y) {
        const { frame, looks } = now.current;
        if (playhead && y < BANDS_TOP && x >= frame.left) {
          playhead.seek(timeAt(frame, x));
        } else actions.select(hit(scene, frame, x, y, looks));
      },
      point(x, y) {
        const { frame, looks } = now.current;
        const found = x === undefined || y === undefined
          ? undefined
          : hit(scene, frame, x, y, looks);
        canvas.style.cursor = found ? "pointer" : "";
        setHint(
          found && x !== undefined && y !== undefined
            ? { x, y, text: nameOf(scene, found) }
            : undefined,
        );
      },
    });
    return forget;
  }, [scene, actions, setScroll, run, playhead]);

  const isEmpty = run.messages === undefined || run.messages.count === 0;
  return (
    <div
      class="diagram"
      style={{
        touchAction: room > 0 ? undefined : "pan-y",
        "--all-lanes": `${leastHeight(lanes, frame.top)}px`,
      }}
    >
      <canvas
        ref={ref}
        role="img"
        aria-label="Space-time diagram: who sent what to whom, and when. The same is in the tables below."
      />
      {playhead && <Veil frame={frame} playhead={playhead} />}
      {room > 0 && (
        <div
          ref={bar}
          class="scrollbar"
          style={{ top: `${frame.top}px` }}
          onScroll={(event) => setScroll(event.currentTarget.scrollTop)}
        >
          <div style={{ height: `${room + size.height - frame.top}px` }} />
        </div>
      )}
      {isEmpty && (
        <p class="empty">
          {run.operations.length === 0
            ? "Nothing happened in this run: it has no operations."
            : run.messages === undefined
            ? "Messages were not recorded in this run: only operations are shown."
            : "No message was sent in this run."}
        </p>
      )}
      {hint && (
        <div
          class="hint"
          aria-hidden="true"
          style={{
            left: `${Math.min(hint.x + 12, Math.max(0, size.width - 240))}px`,
            top: `${hint.y < 40 ? hint.y + 16 : hint.y - 32}px`,
          }}
        >
          {hint.text}
        </div>
      )}
    </div>
  );
}

/** What is below the pointer. */
interface Hint {
  readonly x: number;
  readonly y: number;
  readonly text: string;
}

function paint(
  canvas: HTMLCanvasElement,
  { scene, frame, looks, colours }: {
    readonly scene: Scene;
    readonly frame: Frame;
    readonly looks: Omit<Looks, "colours">;
    readonly colours: Looks["colours"];
  },
): void {
  const context = canvas.getContext("2d");
  if (context === null || frame.width === 0) return;
  const ratio = devicePixelRatio;
  const width = Math.round(frame.width * ratio);
  const height = Math.round(frame.height * ratio);
  if (canvas.width !== width || canvas.height !== height) {
    [canvas.width, canvas.height] = [width, height];
  }
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  draw(context, scene, frame, { ...looks, colours });
}

/** What pointers and the wheel may do. */
interface Handlers {
  /** Whether the wheel does, until somebody has clicked here. */
  readonly scrollsPage: boolean;
  readonly frame: () => Frame;
  readonly duration: number;
  look(view: View): void;
  scroll(to: number): void;
  choose(x: number, y: number): void;
  /** Without a place: at nothing. */
  point(x?: number, y?: number): void;
}

/** Where a pointer is, was last, and went down. */
interface Pointer {
  x: number;
  y: number;
  readonly downX: number;
  readonly downY: number;
}

/** @returns what ends it */
function listen(canvas: HTMLCanvasElement, on: Handlers): () => void {
  const pointers = new Map<number, Pointer>();
  let hasMoved = false;
  let waiting = 0;
  const listening = new AbortController();
  const { signal } = listening;
  let isMeant = !on.scrollsPage;
  const wheel = (event: WheelEvent) => {
    if (!isMeant && !event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    const frame = on.frame();
    const { view, left, width, scroll } = frame;
    const { deltaX, deltaY, shiftKey, altKey, offsetX } = event;
    if (altKey) return on.scroll(scroll + deltaY);
    if (shiftKey || Math.abs(deltaX) > Math.abs(deltaY)) {
      const perPixel = (view.end - view.start) / (width - left);
      return on.look(pan(view, (deltaX || deltaY) * perPixel, on.duration));
    }
    const time = timeAt(frame, Math.max(left, offsetX));
    on.look(zoom(view, 1.0015 ** deltaY, time, on.duration));
  };
  const down = (event: PointerEvent) => {
    if (event.button !== 0) return;
    canvas.setPointerCapture(event.pointerId);
    isMeant = true;
    const { offsetX: x, offsetY: y } = event;
    if (pointers.size === 0) hasMoved = false;
    pointers.set(event.pointerId, { x, y, downX: x, downY: y });
    on.point();
  };
  const move = (event: PointerEvent) => {
    const { offsetX: x, offsetY: y, pointerId } = event;
    const pointer = pointers.get(pointerId);
    if (pointer === undefined) {
      cancelAnimationFrame(waiting);
      waiting = requestAnimationFrame(() => on.point(x, y));
      return;
    }
    if (!hasMoved) {
      const far = Math.hypot(x - pointer.downX, y - pointer.downY);
      if (pointers.size === 1 && far < STILL) return;
      hasMoved = true;
    }
    const frame = on.frame();
    const { view, left, width, scroll } = frame;
    const other = [...pointers].find(([id]) => id !== pointerId)?.[1];
    if (other === undefined) {
      const perPixel = (view.end - view.start) / (width - left);
      on.look(pan(view, (pointer.x - x) * perPixel, on.duration));
      if (pointer.y !== y) on.scroll(scroll + pointer.y - y);
    } else {
      on.look(pinch(
        view,
        [timeAt(frame, pointer.x), timeAt(frame, other.x)],
        [(x - left) / (width - left), (other.x - left) / (width - left)],
        on.duration,
      ));
    }
    [pointer.x, pointer.y] = [x, y];
  };
  const up = (event: PointerEvent) => {
    if (!pointers.delete(event.pointerId) || hasMoved) return;
    if (event.type === "pointerup") on.choose(event.offsetX, event.offsetY);
  };
  const leave = () => {
    cancelAnimationFrame(waiting);
    isMeant = !on.scrollsPage;
    on.point();
  };
  canvas.addEventListener("wheel", wheel, { signal, passive: false });
  canvas.addEventListener("pointerdown", down, { signal });
  canvas.addEventListener("pointermove", move, { signal });
  canvas.addEventListener("pointerup", up, { signal });
  canvas.addEventListener("pointercancel", up, { signal });
  canvas.addEventListener("pointerleave", leave, { signal });
  return () => {
    cancelAnimationFrame(waiting);
    listening.abort();
  };
}
