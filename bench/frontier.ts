/**
 * A picture: messages against latency of broadcasts, ours and others', and what
 * no protocol can do better than.
 *
 * @module
 */
import * as echarts from "echarts";
import { published } from "../workbench/published.ts";

/** What a run of 3d came to. */
export interface Point {
  /** Messages between servers for an operation. */
  readonly msgsPerOp: number;
  /** Stable latencies in ms. */
  readonly median: number;
  readonly max: number;
}

type Labelled = Point & { readonly label: string };

/** Solutions that others have published, with fault tolerance. */
const others: readonly Labelled[] = [
  published.star,
  published.direct,
  published.batches,
].map((it) => ({ ...it, label: `${it.author}, ${it.challenge}` }));

/** A bare hub that batches, without any fault tolerance, on Maelstrom. */
const bare: readonly Labelled[] = [
  { msgsPerOp: 12.0, median: 75, max: 102, label: "" },
  { msgsPerOp: 2.7, median: 136, max: 199, label: "50 ms" },
  { msgsPerOp: 2.1, median: 172, max: 201, label: "100 ms" },
  { msgsPerOp: 0.64, median: 812, max: 1600, label: "1,500 ms" },
  { msgsPerOp: 0.54, median: 1008, max: 1600, label: "800 + 700 ms" },
];

const NODES = 25;
const HOP = 100;
/** Values that clients broadcast, in a ms: half of the operations. */
const BROADCASTS = 50 / 1000;
const OPERATIONS = 100 / 1000;

/**
 * The fewest messages for an operation, if every value is to be at every node
 * within `latency` ms of its acceptance and values come as a Poisson process.
 *
 * A message that arrives at time r serves values accepted from r - latency to
 * r - hop. So each receiver needs one at the latest when the first value since
 * the last one is due, which makes one in `latency - hop + gap` ms, with the
 * mean gap between values. Below two hops nobody can collect for others: then
 * this holds for each pair of a sender and a receiver.
 */
export function lowerBound(latency: number): number {
  const others = NODES - 1;
  const senders = latency < 2 * HOP ? others : 1;
  const rate = BROADCASTS * others / NODES / senders;
  const messages = NODES * senders / (latency - HOP + 1 / rate);
  return messages / OPERATIONS;
}

/**
 * Two diagrams, against the median and the maximum, as SVG.
 *
 * @param swept ours, in the order of the dial
 */
export function plotFrontier(swept: readonly Labelled[]): string {
  const chart = echarts.init(null, null, {
    renderer: "svg",
    ssr: true,
    width: 1100,
    height: 560,
  });
  const scatter = (key: "median" | "max", index: number) => {
    const axes = { xAxisIndex: index, yAxisIndex: index };
    const data = (points: readonly Labelled[]) =>
      points.map((it) => ({ value: [it[key], it.msgsPerOp], name: it.label }));
    const label = { show: true, formatter: "{b}", fontSize: 10 };
    return [
      {
        ...axes,
        name: "broadcast.ts, by --max-wait in ms",
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
        name: "published, fault-tolerant",
        type: "scatter" as const,
        symbolSize: 10,
        color: "#c22",
        data: data(others),
        label: { ...label, position: "right" as const, color: "#c22" },
      },
      {
        ...axes,
        name: "a bare hub, without fault tolerance",
        type: "scatter" as const,
        symbol: "diamond",
        symbolSize: 9,
        color: "#999",
        data: data(bare),
        label: { ...label, position: "top" as const, color: "#777" },
        labelLayout: { hideOverlap: true },
      },
    ];
  };
  const bound = Array.from({ length: 96 }, (_, i) => {
    const latency = HOP * 1.03 ** i;
    return [latency, lowerBound(latency)];
  });
  const axis = { type: "log" as const, nameLocation: "middle" as const };
  chart.setOption({
    animation: false,
    backgroundColor: "#fff",
    title: {
      text: "3d: 25 nodes, 100 ms, 100 operations per second",
      left: "center",
      textStyle: { fontSize: 16 },
    },
    legend: { bottom: 8, itemGap: 60 }, // widths of texts are guessed here
    grid: [
      { left: 60, width: 460, top: 50, bottom: 100 },
      { left: 600, width: 460, top: 50, bottom: 100 },
    ],
    xAxis: ["median", "maximal"].map((name, gridIndex) => ({
      ...axis,
      gridIndex,
      name: `${name} stable latency, ms`,
      nameGap: 28,
      min: 50,
      max: 2000,
    })),
    yAxis: [0, 1].map((gridIndex) => ({
      ...axis,
      gridIndex,
      name: "messages between servers per operation",
      nameGap: 34,
      min: 0.1,
      max: 30,
    })),
    series: [
      ...scatter("median", 0),
      ...scatter("max", 1),
      {
        name: "lower bound",
        type: "line",
        xAxisIndex: 1,
        yAxisIndex: 1,
        color: "#2a2",
        lineStyle: { type: "dashed" },
        symbol: "none",
        data: bound,
      },
    ],
  });
  const svg = chart.renderToSVGString();
  chart.dispose();
  return svg;
}
