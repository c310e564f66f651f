/**
 * A picture: what lin_kv.ts's dial trades, messages against a write's latency,
 * beside a plain Raft.
 *
 * @module
 */
import * as panels from "./panels.ts";
import { type PanelPoint } from "./panels.ts";

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

/** Two diagrams side by side, as SVG. */
export function plotRaftFrontier(both: readonly RaftPanel[]): string {
  const range = { min: 0.1, max: 20 };
  const data = (points: readonly RaftPoint[]): PanelPoint[] =>
    points.map((it) => ({ value: [it.write, it.msgsPerOp], name: it.label }));
  return panels.plotPanels(
    both.map(({ rate, latency }, i) => ({
      text: `5 nodes, ${latency} ms, ${rate.toLocaleString("en")} op/s`,
      left: panels.middleOf(i),
      textAlign: "center" as const,
      textStyle: { fontSize: 16 },
    })),
    {
      names: both.map(() => "a write's median latency"),
      ...{ min: 20, max: 1000 },
    },
    range,
    both.map(({ latency, swept, plain }) => [
      panels.swept("lin_kv.ts, by --batch-interval in ms", data(swept)),
      panels.peers("plain Raft: every entry alone, to all", data([plain])),
      panels.limit("four hops", [
        [4 * latency, range.min],
        [4 * latency, range.max],
      ]),
    ]),
  );
}
