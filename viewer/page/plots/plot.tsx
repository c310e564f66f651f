/**
 * A plot over the whole run, exactly below the small map of it: uPlot, in the
 * page's own clothes.
 *
 * @module
 */
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import uPlot from "uplot";
import { seconds, ticks, type View, whole, zoom } from "../../scene/view.ts";
import { MARGIN } from "../canvas.ts";
import { type Colours, coloursOf } from "../colours.ts";
import { type TabProps } from "../tabs.tsx";
import { onThemeChange } from "../theme.ts";
import { drawFaults, stripsHeight } from "./faults.ts";
import { type LineStyle, type PointStyle } from "./marks.ts";

/** A column of a plot. */
export interface Column {
  readonly values: readonly (number | null)[];
  readonly style: LineStyle | PointStyle;
}

export interface PlotProps extends TabProps {
  /** What a screen reader says. */
  readonly label: string;
  readonly height: number;
  /** ms, from early to late. */
  readonly times: readonly number[];
  readonly columns: readonly Column[];
  /** How values are written at the axis, with their unit. */
  text(value: number): string;
  /** Values above 0 only, by orders of magnitude. */
  readonly isLog?: boolean;
  /** The column under the pointer; undefined if there is none. */
  hover?(at: number | undefined): void;
  /** Chooses what is near; false if nothing is. */
  pick?(
    time: number,
    value: number,
    perPixel: { time: number; value: number },
  ): boolean;
}

/** What fits on a page of paper. */
const PRINT_WIDTH = 680;
const FONT = "12px system-ui, sans-serif";

export function Plot(props: PlotProps) {
  const { run, view, times, columns, label, height } = props;
  const ref = useRef<HTMLDivElement>(null);
  const latest = useRef(props);
  latest.current = props;
  const [plot, setPlot] = useState<uPlot>();

  useLayoutEffect(() => {
    const element = ref.current;
    if (element === null) return;
    let made: uPlot | undefined;
    const make = () => {
      made?.destroy();
      const isPrint = matchMedia("print").matches;
      const width = isPrint
        ? Math.min(PRINT_WIDTH, element.clientWidth)
        : element.clientWidth;
      made = new uPlot(
        optionsOf(latest, width, coloursOf(document.body)),
        [[...times], ...columns.map(({ values }) => [...values])],
        element,
      );
      setPlot(made);
    };
    make();
    const observer = new ResizeObserver(() => {
      const width = element.clientWidth;
      if (made && made.width !== width) made.setSize({ width, height });
    });
    observer.observe(element);
    const stop = onThemeChange(make);
    return () => {
      observer.disconnect();
      stop();
      made?.destroy();
    };
  }, [run, times, columns, height]);

  useEffect(() => plot && pointing(plot, latest), [plot]);

  const all = whole(run.duration);
  const isWhole = view.end - view.start > (all.end - all.start) * 0.999;
  const share = (time: number) =>
    (time - all.start) / (all.end - all.start) * 100;
  return (
    <div class="chart" style={{ height: `${height}px` }}>
      <div ref={ref} role="img" aria-label={label} />
      <div class="chart-window" aria-hidden="true">
        {!isWhole && (
          <div
            style={{
              left: `${share(view.start)}%`,
              width: `${share(view.end) - share(view.start)}%`,
            }}
          />
        )}
      </div>
    </div>
  );
}

type Latest = { readonly current: PlotProps };

function optionsOf(
  latest: Latest,
  width: number,
  colours: Colours,
): uPlot.Options {
  const { run, columns, height, isLog, text } = latest.current;
  const { start, end } = whole(run.duration);
  const axis: uPlot.Axis = {
    font: FONT,
    stroke: colours.grey,
    grid: { stroke: colours.faint, width: 1 },
    ticks: { show: false },
    gap: 8,
  };
  return {
    width,
    height,
    padding: [stripsHeight(run.faults) + 6, 0, 0, 0],
    legend: { show: false },
    cursor: {
      y: false,
      drag: { x: false, y: false },
      points: { show: false },
    },
    scales: {
      x: { time: false, range: () => [start, end] },
      y: isLog
        ? { distr: 3, range: (_, low, high) => decades(low, high) }
        : { range: (_, __, high) => [0, Math.max(1, (high ?? 0) * 1.08)] },
    },
    axes: [{
      ...axis,
      grid: { show: false },
      size: 26,
      splits: (plot) => ticks({ start, end }, plot.width - MARGIN).times,
      values: (plot, times) => {
        const { step } = ticks({ start, end }, plot.width - MARGIN);
        return times.map((time) => seconds(time, step));
      },
    }, {
      ...axis,
      size: MARGIN,
      ...isLog
        ? {
          splits: (_: uPlot, __: number, low: number, high: number) =>
            powers(low, high),
          filter: (_: uPlot, values: number[]) => values,
        }
        : {},
      values: (_, values) => values.map(text),
    }],
    series: [{}, ...columns.map((column) => seriesOf(column, colours))],
    hooks: {
      drawClear: [(plot) => drawFaults(plot, run, colours)],
      setCursor: [
        ({ cursor: { idx, left = -1 } }) =>
          latest.current.hover?.(left < 0 ? undefined : idx ?? undefined),
      ],
    },
  };
}

function seriesOf({ style }: Column, colours: Colours): uPlot.Series {
  const stroke = colours[style.colour];
  if ("dash" in style) {
    return {
      stroke,
      width: style.width,
      dash: [...style.dash],
      points: { show: false },
      spanGaps: false,
    };
  }
  return {
    stroke,
    fill: stroke,
    alpha: style.opacity ?? 1,
    width: 1,
    points: { show: false },
    paths(plot, series) {
      const [fill, outline] = [new Path2D(), new Path2D()];
      const [times, values] = [plot.data[0], plot.data[series]];
      values.forEach((value, i) => {
        if (value === null || value === undefined) return;
        const x = plot.valToPos(times[i], "x", true);
        style.mark(fill, outline, x, plot.valToPos(value, "y", true));
      });
      return { fill, stroke: outline };
    },
  };
}

/** From one power of ten to another, around all values. */
function decades(low: number | null, high: number | null): [number, number] {
  const first = Math.floor(Math.log10(low ?? 1) + 1e-9);
  const last = Math.ceil(Math.log10((high ?? 1) * 1.05));
  // The lowest are not cut in half.
  return [10 ** first * 0.75, 10 ** Math.max(first + 1, last)];
}

function powers(low: number, high: number): number[] {
  const first = Math.ceil(Math.log10(low));
  const count = Math.round(Math.log10(high)) - first + 1;
  return Array.from({ length: count }, (_, i) => 10 ** (first + i));
}

/** What a pointer does: a drag looks at a stretch, a click at what is there. */
function pointing(plot: uPlot, latest: Latest): () => void {
  const { over } = plot;
  const down = (event: PointerEvent) => {
    if (event.button !== 0) return;
    const { clientX } = event;
    const from = event.offsetX;
    over.setPointerCapture(event.pointerId);
    const width = (to: PointerEvent) => to.clientX - clientX;
    const move = (to: PointerEvent) => {
      const by = width(to);
      plot.setSelect({
        left: Math.min(from, from + by),
        width: Math.abs(by) > 3 ? Math.abs(by) : 0,
        top: 0,
        height: over.clientHeight,
      }, false);
    };
    const end = (to: PointerEvent) => {
      over.removeEventListener("pointermove", move);
      over.removeEventListener("pointerup", end);
      over.removeEventListener("pointercancel", end);
      plot.setSelect({ left: 0, width: 0, top: 0, height: 0 }, false);
      if (to.type === "pointercancel") return;
      const { run, view, actions, pick } = latest.current;
      const timeAt = (x: number) => plot.posToVal(x, "x");
      const by = width(to);
      if (Math.abs(by) > 3) {
        const ends = [timeAt(from), timeAt(from + by)];
        const stretch: View = {
          start: Math.min(...ends),
          end: Math.max(...ends),
        };
        return actions.look(zoom(stretch, 1, stretch.start, run.duration));
      }
      const value = plot.posToVal(event.offsetY, "y");
      const perPixel = {
        time: timeAt(1) - timeAt(0),
        value: value / plot.posToVal(event.offsetY + 1, "y"),
      };
      if (pick?.(timeAt(from), value, perPixel)) return;
      const half = (view.end - view.start) / 2;
      const centre = timeAt(from);
      const around = { start: centre - half, end: centre + half };
      actions.look(zoom(around, 1, centre, run.duration));
    };
    over.addEventListener("pointermove", move);
    over.addEventListener("pointerup", end);
    over.addEventListener("pointercancel", end);
  };
  over.addEventListener("pointerdown", down);
  return () => over.removeEventListener("pointerdown", down);
}
