/**
 * All values at once: a line of pixels for each, stronger the more nodes have it,
 * from the moment when it was sent to the right; red where nodes lack it in the
 * end.
 *
 * @module
 */
import { useLayoutEffect, useRef } from "preact/hooks";
import { type AgeScale } from "../../../pictures/scale.ts";
import { mostTelling, type SpreadValue } from "../../../pictures/values.ts";
import { blank, useSize } from "../../canvas.ts";
import { useColours } from "../../colours.ts";

/** Pixels of height for each value, if they have room, and at most in all. */
const [ROW, HIGHEST] = [2, 160];

export function Strip({ values, nodes, ages, first, size, go }: {
  readonly values: readonly SpreadValue[];
  /** How many there are. */
  readonly nodes: number;
  readonly ages: AgeScale;
  /** Which values are shown one by one. */
  readonly first: number;
  readonly size: number;
  go(first: number): void;
}) {
  const ref = useRef<HTMLCanvasElement>(null);
  const width = Math.floor(useSize(ref).width);
  const { ink, red } = useColours();
  const height = Math.min(HIGHEST, values.length * ROW);
  useLayoutEffect(() => {
    const context = blank(ref.current, width, height);
    if (context === undefined) return;
    linesOf(values, height).forEach(({ had, start, fate }, line) => {
      const isBad = isWrong(fate);
      context.fillStyle = isBad ? red : ink;
      const steps = had.filter((time) => !Number.isNaN(time))
        .map((time) => ages.at(time - start) * width)
        .sort((a, b) => a - b);
      const [top, end] = [line, line + 1].map((it) =>
        Math.round(it * height / Math.min(height, values.length))
      );
      steps.forEach((from, i) => {
        const to = steps[i + 1] ?? width;
        context.globalAlpha = (isBad ? 0.25 : 0.04) +
          0.6 * (i + 1) / Math.max(1, nodes);
        context.fillRect(from, top, Math.max(0, to - from), end - top);
      });
    });
    context.globalAlpha = 1;
  }, [values, ages, width, ink, red]);

  const choose = (event: PointerEvent) => {
    if (event.buttons !== 1) return;
    const row = Math.floor(event.offsetY / height * values.length - size / 2);
    go(Math.min(Math.max(0, row), Math.max(0, values.length - size)));
  };
  return (
    <div class="strip">
      <div style={{ position: "relative", height: `${height}px` }}>
        <canvas
          ref={ref}
          role="img"
          aria-label="All values from top to bottom: the stronger the tone, the more nodes have it. The same is in the table below."
          onPointerDown={choose}
          onPointerMove={choose}
        />
        <span
          class="frame"
          style={{
            top: `${first / values.length * 100}%`,
            height: `max(4px, ${
              Math.min(size, values.length - first) / values.length * 100
            }%)`,
          }}
        />
      </div>
      <p class="small grey">
        All values from top to bottom: the stronger the tone, the more nodes
        have it. The frame is what is shown below; click to move it.
      </p>
    </div>
  );
}

const isWrong = (fate: SpreadValue["fate"]) =>
  fate === "lost" || fate === "missing";

/** Where many values share a line of pixels, the worst of them stands for all. */
function linesOf(
  values: readonly SpreadValue[],
  height: number,
): readonly SpreadValue[] {
  if (values.length <= height) return values;
  return Array.from({ length: height }, (_, line) => {
    const [from, to] = [line, line + 1].map((it) =>
      Math.floor(it * values.length / height)
    );
    return mostTelling(values.slice(from, to))[0];
  });
}
