/**
 * Two diagrams side by side, of messages against latency: what a dial trades,
 * beside what others reach.
 *
 * @module
 */
import { type EChartsCoreOption } from "echarts";
import { svgOf } from "../workbench/svg.ts";

/** Messages between servers for an operation, at a latency in ms. */
export interface PanelPoint {
  readonly value: readonly [latency: number, msgsPerOp: number];
  readonly name: string;
}

/** The range of an axis. */
interface Range {
  readonly min: number;
  readonly max: number;
}

const label = { show: true, formatter: "{b}", fontSize: 10 };

/** Ours, in the order of the dial. */
export const swept = (name: string, data: readonly PanelPoint[]) => ({
  name,
  type: "line" as const,
  symbol: "circle",
  symbolSize: 7,
  color: "#1764ab",
  data,
  label: { ...label, position: "bottom" as const, color: "#1764ab" },
  labelLayout: { hideOverlap: true },
});

/** What it is held against. */
export const peers = (name: string, data: readonly PanelPoint[]) => ({
  name,
  type: "scatter" as const,
  symbolSize: 10,
  color: "#c22",
  data,
  label: { ...label, position: "right" as const, color: "#c22" },
});

/** Something else, which is not to be seen first. */
export const others = (name: string, data: readonly PanelPoint[]) => ({
  name,
  type: "scatter" as const,
  symbol: "diamond",
  symbolSize: 9,
  color: "#999",
  data,
  label: { ...label, position: "top" as const, color: "#777" },
  labelLayout: { hideOverlap: true },
});

/** What can't be passed. */
export const limit = (
  name: string,
  data: readonly (readonly [latency: number, msgsPerOp: number])[],
) => ({
  name,
  type: "line" as const,
  color: "#2a2",
  lineStyle: { type: "dashed" as const },
  symbol: "none",
  data,
});

/** Where the diagrams are, in px. */
const LEFT = [60, 600];
const WIDTH = 460;

export const middleOf = (panel: number): number => LEFT[panel] + WIDTH / 2;

/**
 * Draws them, as SVG.
 *
 * @param x what the latencies are, for each diagram
 * @param series of each diagram
 */
export function plotPanels(
  title: EChartsCoreOption["title"],
  x: Range & { readonly names: readonly string[] },
  y: Range,
  series: readonly (readonly object[])[],
): string {
  const axis = { type: "log" as const, nameLocation: "middle" as const };
  return svgOf({ width: 1100, height: 560 }, {
    title,
    legend: { bottom: 8, itemGap: 60 }, // widths of texts are guessed here
    grid: LEFT.map((left) => ({ left, width: WIDTH, top: 50, bottom: 100 })),
    xAxis: x.names.map((name, gridIndex) => ({
      ...axis,
      gridIndex,
      name: `${name}, ms`,
      nameGap: 28,
      min: x.min,
      max: x.max,
    })),
    yAxis: LEFT.map((_, gridIndex) => ({
      ...axis,
      gridIndex,
      name: "messages between servers per operation",
      nameGap: 34,
      ...y,
    })),
    series: series.flatMap((all, index) =>
      all.map((it) => ({ xAxisIndex: index, yAxisIndex: index, ...it }))
    ),
  });
}
