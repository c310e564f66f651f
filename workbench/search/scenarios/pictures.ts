/**
 * Pictures of scenarios, as SVG.
 *
 * @module
 */
import { type EChartsCoreOption } from "echarts";
import { svgOf } from "../../svg.ts";
import { ENOUGH } from "./bends.ts";
import { type Fault, type Figures, type Grid, type Measured } from "./grid.ts";

/** What is drawn: a name for each script, and its figures. */
export type Drawn = readonly (readonly [name: string, measured: Measured])[];

const ink = { text: "#24292f", quiet: "#6e7781", line: "#d8dee4" };
const paper = "#ffffff";
const colors = { main: "#0b5cad", other: "#c77700", wrong: "#cf222e" };
const FONT = "system-ui, -apple-system, 'Segoe UI', Helvetica, sans-serif";
/** The one type scale, in px. */
const size = { title: 16, name: 12, small: 11 };

const WIDTH = 960;

const render = (height: number, option: EChartsCoreOption): string =>
  svgOf({ width: WIDTH, height }, {
    backgroundColor: paper,
    textStyle: { fontFamily: FONT, fontSize: size.small, color: ink.text },
    ...option,
  }) + "\n";

interface Word {
  readonly text: string;
  readonly x: number;
  readonly y: number;
  readonly color?: string;
  readonly fontSize?: number;
  readonly bold?: boolean;
  readonly align?: "left" | "center" | "right";
}

const word = ({ text, x, y, color, fontSize, bold, align }: Word) => ({
  type: "text" as const,
  x,
  y,
  silent: true,
  style: {
    text,
    fill: color ?? ink.text,
    font: `${bold ? "600 " : ""}${fontSize ?? size.small}px ${FONT}`,
    textAlign: align ?? ("left" as const),
    textVerticalAlign: "middle" as const,
  },
});

/** A line of a panel. */
interface Line {
  /** For the key above the panels. */
  readonly name: string;
  readonly color: string;
  readonly type: "solid" | "dotted";
  readonly width: number;
  values(measured: Measured): (number | undefined)[];
}

interface Panels {
  readonly title: string;
  /** What goes up, and what goes to the right. */
  readonly about: string;
  readonly x: {
    readonly name: string;
    readonly values: readonly number[];
    /** Which of them are written below. */
    readonly shown: readonly number[];
  };
  readonly y: {
    readonly min: number;
    readonly max: number;
    show(value: number): string;
  };
  readonly lines: readonly Line[];
  /** A grey line to compare with. */
  readonly guide: Omit<Line, "values" | "type" | "color" | "width"> & {
    at(x: number): number | undefined;
  };
  /** What is said of a place on the first line, in the colour of what is wrong. */
  mark(measured: Measured, x: number): string | undefined;
  readonly markName: string;
}

const COLUMNS = 4;
const PANEL = { width: 188, height: 112, gapX: 40, gapY: 56 };
const LEFT = 62;
const TOP = 154;

/** One small panel a script, all on the same axes. */
function drawPanels(drawn: Drawn, panels: Panels): string {
  const { title, about, x, y, lines, guide, mark, markName } = panels;
  const rows = Math.ceil(drawn.length / COLUMNS);
  const place = (i: number) => ({
    left: LEFT + (i % COLUMNS) * (PANEL.width + PANEL.gapX),
    top: TOP + Math.floor(i / COLUMNS) * (PANEL.height + PANEL.gapY),
  });
  const key = [
    ...lines,
    { name: guide.name, color: ink.quiet, type: "solid" as const, width: 1 },
  ];
  let at = LEFT;
  const keys = key.flatMap(({ name, color, type, width }) => {
    const start = at;
    at += 28 + 5.7 * name.length + 26;
    return [
      {
        type: "line" as const,
        silent: true,
        shape: { x1: start, y1: 82, x2: start + 22, y2: 82 },
        style: {
          stroke: name === guide.name ? ink.line : color,
          lineWidth: name === guide.name ? 2 : width,
          lineDash: type === "dotted" ? [2, 3] : [],
        },
      },
      word({ text: name, x: start + 28, y: 82, color }),
    ];
  });
  const clamp = (value: number | undefined) =>
    value === undefined ? null : Math.max(y.min, Math.min(y.max, value));
  const pairs = (values: readonly (number | null)[]) =>
    values.map((value, n) => [x.values[n], value]);
  return render(TOP + rows * (PANEL.height + PANEL.gapY) + 4, {
    graphic: [
      word({ text: title, x: LEFT, y: 30, fontSize: size.title, bold: true }),
      ...keys,
      word({ text: about, x: LEFT, y: 54, color: ink.quiet }),
      word({ text: `○  ${markName}`, x: LEFT, y: 104, color: colors.wrong }),
      ...drawn.flatMap(([name], i) => {
        const { left, top } = place(i);
        return [
          word({
            ...{ text: name, x: left, y: top - 12, bold: true },
            fontSize: size.name,
          }),
          ...(i + COLUMNS >= drawn.length
            ? [word({
              ...{ text: x.name, x: left + PANEL.width, color: ink.quiet },
              ...{ y: top + PANEL.height + 32, align: "right" },
            })]
            : []),
        ];
      }),
    ],
    grid: drawn.map((_, i) => ({
      ...place(i),
      width: PANEL.width,
      height: PANEL.height,
    })),
    xAxis: drawn.map((_, gridIndex) => ({
      gridIndex,
      type: "log" as const,
      min: x.values[0],
      max: x.values.at(-1),
      axisLine: { lineStyle: { color: ink.line } },
      axisTick: { show: false },
      splitLine: { show: false },
      axisLabel: {
        color: ink.quiet,
        fontSize: size.small,
        customValues: [...x.shown],
        formatter: (value: number) => value.toLocaleString("en"),
      },
    })),
    yAxis: drawn.map((_, gridIndex) => ({
      gridIndex,
      type: "log" as const,
      min: y.min,
      max: y.max,
      axisLabel: {
        color: ink.quiet,
        fontSize: size.small,
        show: gridIndex % COLUMNS === 0,
        formatter: y.show,
      },
      axisLine: { show: false },
      axisTick: { show: false },
      splitLine: { lineStyle: { color: ink.line, width: 0.5 } },
    })),
    series: drawn.flatMap(([, measured], i) => {
      const axes = { xAxisIndex: i, yAxisIndex: i };
      const [first] = lines;
      const values = lines.map((line) => line.values(measured).map(clamp));
      const marks = x.values.map((value) => mark(measured, value));
      return [
        {
          ...axes,
          type: "line" as const,
          symbol: "none",
          lineStyle: { color: ink.line, width: 2 },
          data: pairs(x.values.map((value) => clamp(guide.at(value)))),
        },
        ...lines.map(({ color, type, width }, n) => ({
          ...axes,
          type: "line" as const,
          symbol: n === 0 ? "circle" : "none",
          symbolSize: 4,
          color,
          lineStyle: { color, width, type },
          data: pairs(values[n]),
        })).toReversed(),
        {
          ...axes,
          type: "scatter" as const,
          z: 5,
          symbol: "circle",
          symbolSize: 9,
          itemStyle: {
            color: paper,
            borderColor: colors.wrong,
            borderWidth: 1.5,
          },
          label: {
            show: true,
            position: "top" as const,
            distance: 4,
            color: colors.wrong,
            fontSize: size.small,
            textBorderColor: paper,
            textBorderWidth: 3,
            formatter: ({ dataIndex }: { readonly dataIndex: number }) =>
              marks[dataIndex] ?? "",
          },
          data: pairs(
            first.values(measured).map((value, n) =>
              marks[n] === undefined ? null : clamp(value) ?? y.min
            ),
          ),
        },
      ];
    }),
  });
}

const percent = (share: number) => `${Math.floor(100 * share)} %`;

const unanswered = (it: Figures | undefined) =>
  it !== undefined && it.answered < ENOUGH ? percent(it.answered) : undefined;

/** How long operations take, by the network's latency. */
export function drawLatency(drawn: Drawn, grid: Grid): string {
  const { latencies } = grid;
  return drawPanels(drawn, {
    title: "What operations take, when messages take longer",
    about: "up: time; to the right: mean latency of messages between servers",
    x: {
      name: "mean latency, ms",
      values: latencies,
      shown: latencies.filter((it) => Number.isInteger(Math.log10(it))),
    },
    y: {
      min: 1,
      max: 10_000,
      show: (value) =>
        value === 1
          ? "≤ 1 ms"
          : value < 1000
          ? `${value} ms`
          : `${value / 1000} s`,
    },
    lines: [
      {
        name: "median",
        ...{ color: colors.main, type: "solid", width: 2 },
        values: (it) =>
          latencies.map((at) => it.get({ latency: at })?.latency?.median),
      },
      {
        name: "99th percentile",
        ...{ color: colors.main, type: "dotted", width: 1.5 },
        values: (it) =>
          latencies.map((at) => it.get({ latency: at })?.latency?.p99),
      },
      {
        name: "the same, exponential latencies",
        ...{ color: colors.other, type: "dotted", width: 1.5 },
        values: (it) =>
          latencies.map((at) =>
            it.get({ latency: at, spread: "exponential" })?.latency?.p99
          ),
      },
      {
        name: "half of the values are on all nodes",
        ...{ color: "#2da44e", type: "solid", width: 1.5 },
        values: (it) =>
          latencies.map((at) => it.get({ latency: at })?.stable?.median),
      },
    ],
    guide: { name: "two hops", at: (latency) => 2 * latency },
    mark: (measured, latency) => unanswered(measured.get({ latency })),
    markName: "less than 99 % is answered, and how much",
  });
}

/** What operations cost, by the cluster's size. */
export function drawSize(drawn: Drawn, grid: Grid): string {
  const { sizes } = grid;
  return drawPanels(drawn, {
    title: "What operations cost, when there are more nodes",
    about: "up: messages between servers for each operation; to the right: " +
      "nodes in the cluster",
    x: { name: "nodes", values: sizes, shown: sizes },
    y: {
      min: 0.1,
      max: 1000,
      show: (value) => value === 0.1 ? "≤ 0.1" : value.toLocaleString("en"),
    },
    lines: [
      {
        name: "no faults",
        ...{ color: colors.main, type: "solid", width: 2 },
        values: (it) => sizes.map((nodes) => it.get({ nodes })?.messages),
      },
      {
        name: "all faults",
        ...{ color: colors.other, type: "dotted", width: 1.5 },
        values: (it) =>
          sizes.map((nodes) => it.get({ nodes, fault: "all" })?.messages),
      },
    ],
    guide: {
      name: "one to each other node",
      at: (nodes) => nodes - 1 || undefined,
    },
    mark: (measured, nodes) => unanswered(measured.get({ nodes })),
    markName: "less than 99 % is answered, and how much",
  });
}

/** From all to half: light to dark. */
function shade(answered: number): string {
  const depth = Math.min(1, Math.max(0, (1 - answered) / 0.5));
  const mix = (from: number, to: number) =>
    Math.round(from + (to - from) * Math.sqrt(depth));
  return `rgb(${mix(240, 11)},${mix(246, 92)},${mix(252, 173)})`;
}

/** Which share is answered, and where checks fail, under which faults. */
export function drawFaults(drawn: Drawn, grid: Grid): string {
  const ROW = 26;
  const LABELS = 232;
  const GAP = 8;
  const { faults, faultLatencies } = grid;
  const width = (WIDTH - LABELS - 26 - GAP * (faults.length - 1)) /
    (faults.length * faultLatencies.length);
  const top = 122;
  const left = (fault: number, latency: number) =>
    LABELS + fault * (faultLatencies.length * width + GAP) + latency * width;
  const cell = (
    row: number,
    fault: Fault,
    latency: number,
    it: Figures,
  ) => {
    const x = left(faults.indexOf(fault), faultLatencies.indexOf(latency));
    const y = top + row * ROW;
    const isDark = it.answered < 0.85;
    return [
      {
        type: "rect" as const,
        silent: true,
        shape: { x, y, width: width - 2, height: ROW - 2, r: 2 },
        style: {
          fill: shade(it.answered),
          ...(it.broken > 0 && { stroke: colors.wrong, lineWidth: 2 }),
        },
      },
      word({
        text: `${Math.floor(100 * it.answered + 1e-9)}`,
        x: x + (width - 2) / 2,
        y: y + ROW / 2 - 1,
        align: "center",
        color: isDark ? "#ffffff" : ink.text,
      }),
    ];
  };
  return render(top + drawn.length * ROW + 26, {
    graphic: [
      word({
        ...{ text: "What is answered under faults", x: 26, y: 30, bold: true },
        fontSize: size.title,
      }),
      word({
        text:
          "share of operations that are answered, in %, rounded down; 5 nodes",
        ...{ x: 26, y: 58, color: ink.quiet },
      }),
      word({
        text: "▢ framed: checks failed",
        ...{ x: 470, y: 58, color: colors.wrong },
      }),
      ...faults.flatMap((fault, n) => [
        word({
          ...{ text: fault, x: left(n, 0), y: 88, bold: true },
          fontSize: size.name,
        }),
        ...faultLatencies.map((latency, m) =>
          word({
            text: latency.toLocaleString("en"),
            ...{ x: left(n, m) + (width - 2) / 2, y: 108, align: "center" },
            color: ink.quiet,
          })
        ),
      ]),
      word({ text: "latency, ms", x: 26, y: 108, color: ink.quiet }),
      ...drawn.flatMap(([name, measured], row) => [
        word({
          ...{ text: name, x: 26, y: top + row * ROW + ROW / 2 - 1 },
          fontSize: size.name,
        }),
        ...faults.flatMap((fault) =>
          faultLatencies.flatMap((latency) => {
            const it = measured.get({ fault, latency });
            return it === undefined ? [] : cell(row, fault, latency, it);
          })
        ),
      ]),
    ],
  });
}
