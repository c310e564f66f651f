/**
 * A picture: what lin_kv.ts's dial trades, messages against a write's latency,
 * beside a plain Raft.
 *
 * @module
 */
import * as echarts from "echarts";

/** What a setting came to. */
export interface RaftPoint {
  readonly label: string;
  /** Messages between servers for an operation. */
  readonly msgsPerOp: number;
  /** The median latency of a write, in ms. */
  readonly write: number;
}

/** One of the picture's diagrams. */
export interface RaftPanel {
  /** Operations that are asked for in a second. */
  readonly rate: number;
  /** Of a message, in ms. */
  readonly latency: number;
  /** In the order of the dial. */
  readonly swept: readonly RaftPoint[];
  readonly plain: RaftPoint;
}

/** Diagrams side by side, as SVG. */
export function plotRaftFrontier(panels: readonly RaftPanel[]): string {
  const chart = echarts.init(null, null, {
    renderer: "svg",
    ssr: true,
    width: 1100,
    height: 560,
  });
  const series = ({ latency, swept, plain }: RaftPanel, index: number) => {
    const axes = { xAxisIndex: index, yAxisIndex: index };
    const data = (points: readonly RaftPoint[]) =>
      points.map((it) => ({ value: [it.write, it.msgsPerOp], name: it.label }));
    const label = { show: true, formatter: "{b}", fontSize: 10 };
    return [
      {
        ...axes,
        name: "lin_kv.ts, by --batch-interval in ms",
        type: "line" as const,
        symbol: "circle",
        symbolSize: 7,
        color: "#1764ab",
        data: data(swept),
        label: { ...label, position: "bottom" as const, color: "#1764ab" },
        labelLayout: { hideOverlap: true },
      },
      {
        ...axes,
        name: "plain Raft: every entry alone, to all",
        type: "scatter" as const,
        symbolSize: 10,
        color: "#c22",
        data: data([plain]),
        label: { ...label, position: "right" as const, color: "#c22" },
      },
      {
        ...axes,
        name: "four hops",
        type: "line" as const,
        color: "#2a2",
        lineStyle: { type: "dashed" as const },
        symbol: "none",
        data: [[4 * latency, MIN], [4 * latency, MAX]],
      },
    ];
  };
  const axis = { type: "log" as const, nameLocation: "middle" as const };
  chart.setOption({
    animation: false,
    backgroundColor: "#fff",
    title: panels.map(({ rate, latency }, i) => ({
      text: `5 nodes, ${latency} ms, ${rate.toLocaleString("en")} op/s`,
      left: 60 + 540 * i + 230,
      textAlign: "center" as const,
      textStyle: { fontSize: 16 },
    })),
    legend: { bottom: 8, itemGap: 60 }, // widths of texts are guessed here
    grid: panels.map((_, i) => ({
      ...{ left: 60 + 540 * i, width: 460, top: 50, bottom: 100 },
    })),
    xAxis: panels.map((_, gridIndex) => ({
      ...axis,
      gridIndex,
      name: "a write's median latency, ms",
      nameGap: 28,
      min: 20,
      max: 1000,
    })),
    yAxis: panels.map((_, gridIndex) => ({
      ...axis,
      gridIndex,
      name: "messages between servers per operation",
      nameGap: 34,
      min: MIN,
      max: MAX,
    })),
    series: panels.flatMap(series),
  });
  const svg = chart.renderToSVGString();
  chart.dispose();
  return svg;
}

const [MIN, MAX] = [0.1, 20];
