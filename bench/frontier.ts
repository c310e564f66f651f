/**
 * A picture: messages against latency of broadcasts, ours and others', and what
 * no protocol can do better than.
 *
 * @module
 */
import { published } from "../workbench/published.ts";
import * as panels from "./panels.ts";
import { type PanelPoint } from "./panels.ts";

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
const published3d: readonly Labelled[] = [
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
  const scatter = (key: "median" | "max") => {
    const data = (points: readonly Labelled[]): PanelPoint[] =>
      points.map((it) => ({ value: [it[key], it.msgsPerOp], name: it.label }));
    return [
      panels.swept("broadcast.ts, by --max-wait in ms", data(swept)),
      panels.peers("published, fault-tolerant", data(published3d)),
      panels.others("a bare hub, without fault tolerance", data(bare)),
    ];
  };
  const bound = Array.from({ length: 96 }, (_, i) => {
    const latency = HOP * 1.03 ** i;
    return [latency, lowerBound(latency)] as const;
  });
  return panels.plotPanels(
    {
      text: "3d: 25 nodes, 100 ms, 100 operations per second",
      left: "center",
      textStyle: { fontSize: 16 },
    },
    {
      names: ["median stable latency", "maximal stable latency"],
      ...{ min: 50, max: 2000 },
    },
    { min: 0.1, max: 30 },
    [
      scatter("median"),
      [...scatter("max"), panels.limit("lower bound", bound)],
    ],
  );
}
