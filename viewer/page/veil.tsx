/**
 * Covers what is after the playhead's moment, and moves the playhead.
 *
 * @module
 */
import { useLayoutEffect, useRef } from "preact/hooks";
import { type Frame, timeAt } from "../scene/frame.ts";
import { type Playhead } from "./playhead.ts";

export function Veil({ frame, playhead }: {
  readonly frame: Frame;
  readonly playhead: Playhead;
}) {
  const ref = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const place = () => {
      const element = ref.current;
      if (element === null) return;
      const { left, width, view } = frame;
      const share = (playhead.time - view.start) / (view.end - view.start);
      const x = left + share * (width - left);
      element.style.left = `${Math.max(left, x)}px`;
      element.style.visibility = x > width ? "hidden" : "visible";
      element.classList.toggle("before", x < left);
    };
    place();
    return playhead.watch(place);
  }, [frame, playhead]);
  return (
    <div ref={ref} class="veil">
      <div
        class="playhead"
        title="Drag it through time"
        onPointerDown={(event) => {
          event.preventDefault();
          event.currentTarget.setPointerCapture(event.pointerId);
        }}
        onPointerMove={(event) => {
          const { currentTarget, pointerId, clientX } = event;
          if (!currentTarget.hasPointerCapture(pointerId)) return;
          const stage = currentTarget.closest(".diagram");
          if (stage === null) return;
          const x = clientX - stage.getBoundingClientRect().left;
          playhead.seek(timeAt(frame, Math.max(frame.left, x)));
        }}
      />
    </div>
  );
}
