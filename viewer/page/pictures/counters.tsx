/**
 * `g-counter` and `pn-counter`: each read beside the sums that were possible.
 *
 * @module
 */
import { useCallback, useMemo } from "preact/hooks";
import { duration, moment } from "../../pictures/scale.ts";
import { inWords, readsOfSums, type SumRead } from "../../pictures/sums.ts";
import { type TabProps } from "../tabs.tsx";
import { Behind } from "./parts/behind.tsx";
import { Go } from "./parts/go.tsx";
import { dot, type Field, Plot } from "./parts/plot.tsx";
import { useSpan } from "./parts/span.tsx";

/** More wrong reads are told by marks alone. */
const MAX_TOLD = 6;

/** Clicks choose what is not further away, in pixels. */
const REACH = 12;

export function Counters({ run, view, actions }: TabProps) {
  const reads = useMemo(() => readsOfSums(run), [run]);
  const [span, Span] = useSpan(run, view);
  const wrong = useMemo(
    () => reads.filter(({ verdict }) => verdict === "wrong"),
    [reads],
  );
  const seen = useMemo(
    () => reads.filter(({ end }) => span.start <= end && end <= span.end),
    [reads, span],
  );
  const behind = reads.filter(({ verdict }) => verdict === "behind");
  const finals = reads.filter(({ isFinal }) => isFinal);
  const ofSums = rangeOf(seen.flatMap(({ sum, lowest, highest }) => [
    ...sum === undefined ? [] : [sum],
    ...[lowest, highest],
  ]));
  const ofOffs = rangeOf([0, ...seen.map(({ off }) => off)]);

  const paintSums = useCallback((field: Field) => {
    const { context, colours, x, y } = field;
    context.strokeStyle = colours.grey;
    context.globalAlpha = 0.35;
    context.lineWidth = 3;
    for (const { end, lowest, highest } of seen) {
      context.beginPath();
      context.moveTo(x(end), y(lowest) + 1.5);
      context.lineTo(x(end), y(highest) - 1.5);
      context.stroke();
    }
    context.globalAlpha = 1;
    marks(field, seen, ({ sum }) => sum ?? 0);
    tell(field, seen);
  }, [seen]);
  const paintOffs = useCallback((field: Field) => {
    const { context, colours, x, y } = field;
    for (const read of seen) {
      const isWrong = read.verdict === "wrong";
      context.strokeStyle = isWrong ? colours.red : colours.grey;
      context.lineWidth = isWrong ? 2 : 1;
      context.beginPath();
      context.moveTo(x(read.end), y(0));
      context.lineTo(x(read.end), y(read.off));
      context.stroke();
    }
    marks(field, seen, ({ off }) => off);
  }, [seen]);
  const pick =
    (of: (read: SumRead) => number) =>
    (px: number, py: number, { x, y }: Pick<Field, "x" | "y">) => {
      const far = (read: SumRead) =>
        Math.hypot(x(read.end) - px, y(of(read)) - py);
      const nearest = seen.toSorted((a, b) => far(a) - far(b)).at(0);
      if (nearest === undefined || far(nearest) > REACH) return;
      actions.show({ kind: "operation", at: nearest.operation });
    };

  if (reads.length === 0) {
    return <p class="grey">No read has ended: there is no sum to be shown.</p>;
  }
  const furthest = Math.max(0, ...behind.map(({ off }) => Math.abs(off)));
  return (
    <>
      <p class="lead">
        {reads.length.toLocaleString("en")} reads, {finals.length}{" "}
        of them final. {wrong.length > 0 && (
          <span class="wrong">
            {wrong.length} {wrong.length === 1 ? "is" : "are"} wrong.{" "}
          </span>
        )}
        {behind.length === 0
          ? `All${
            wrong.length > 0 ? " others" : ""
          } show what was possible then.`
          : `${behind.length.toLocaleString("en")} ${
            behind.length === 1 ? "lacks" : "lack"
          } adds that had been acknowledged, and may before the end; they are ` +
            `off by up to ${furthest}.`} {Span}
      </p>
      {wrong.length > 0 && (
        <ul class="sentences">
          {wrong.slice(0, MAX_TOLD).map((read) => (
            <li key={read.operation}>
              <Go to={read.operation} actions={actions}>
                {read.isFinal ? "Final read" : "Read"} of {read.node} at{" "}
                {moment(read.end)}
              </Go>
              : <span class="wrong">{String(read.sum)}</span>, {inWords(read)}
            </li>
          ))}
          {wrong.length > MAX_TOLD && (
            <li class="grey">
              … and {wrong.length - MAX_TOLD} more
            </li>
          )}
        </ul>
      )}
      <h2>The sum that was read, and the sums that were possible</h2>
      <Plot
        height={260}
        view={span}
        {...ofSums}
        label="Sums that were read over time, beside those that were possible."
        paint={paintSums}
        pick={pick(({ sum }) => sum ?? 0)}
      />
      <h2>How far it was from them</h2>
      <Plot
        height={130}
        view={span}
        {...ofOffs}
        label="How far each read was from the sums that were possible."
        paint={paintOffs}
        pick={pick(({ off }) => off)}
      />
      <p class="small grey legend">
        <span class="key possible" /> possible then <span class="key ring" />
        {" "}
        behind <span class="key interval" />{" "}
        sums from those of all adds acknowledged before the read to those asked
        for by its end <span class="key diamond" /> final{" "}
        <span class="wrong">✗ wrong</span>
      </p>
      <Behind
        columns={["ended", "took", "node", "sum", "possible", "so it is"]}
        count={reads.length}
        row={(i) => {
          const read = reads[i];
          const { sum, lowest, highest, isFinal, verdict } = read;
          return [
            <Go key="at" to={read.operation} actions={actions}>
              {moment(read.end)}
            </Go>,
            duration(read.end - read.start),
            read.node + (isFinal ? ", final" : ""),
            <span key="sum" class={verdict === "wrong" ? "wrong" : ""}>
              {String(sum)}
            </span>,
            lowest === highest ? lowest : `${lowest} to ${highest}`,
            inWords(read),
          ];
        }}
      />
    </>
  );
}

/** Possible ones below, then those behind, and wrong ones above all. */
function marks(
  field: Field,
  reads: readonly SumRead[],
  of: (read: SumRead) => number,
): void {
  const { context, colours, x, y } = field;
  context.lineWidth = 1;
  for (const read of reads) {
    if (read.verdict === "wrong") continue;
    const isPossible = read.verdict === "possible";
    context.fillStyle = context.strokeStyle = isPossible
      ? colours.ink
      : colours.grey;
    const [px, py] = [x(read.end), y(of(read))];
    if (read.isFinal) diamond(context, px, py);
    else dot(field, px, py, 2, isPossible);
  }
  context.fillStyle = context.strokeStyle = colours.red;
  context.lineWidth = 2;
  for (const read of reads) {
    if (read.verdict !== "wrong") continue;
    const [px, py] = [x(read.end), y(of(read))];
    for (const side of [-1, 1]) {
      context.beginPath();
      context.moveTo(px - 4, py - 4 * side);
      context.lineTo(px + 4, py + 4 * side);
      context.stroke();
    }
  }
}

function diamond(
  context: CanvasRenderingContext2D,
  x: number,
  y: number,
): void {
  context.beginPath();
  for (const [dx, dy] of [[0, -6], [6, 0], [0, 6], [-6, 0]]) {
    context.lineTo(x + dx, y + dy);
  }
  context.closePath();
  context.fill();
}

/** What the wrong ones are, in words, where they don't hide each other. */
function tell(
  { context, colours, x, y, left }: Field,
  reads: readonly SumRead[],
): void {
  context.fillStyle = colours.red;
  context.textAlign = "right";
  context.textBaseline = "middle";
  // Equal ones are told as one.
  const groups = new Map<string, SumRead[]>();
  for (const read of reads) {
    if (read.verdict !== "wrong") continue;
    groups.getOrInsert(`${read.isFinal} ${read.sum}`, []).push(read);
  }
  const taken: number[] = [];
  for (const group of [...groups.values()].reverse()) {
    const [{ sum, isFinal }] = group;
    const at = Math.min(...group.map(({ end }) => x(end)));
    const py = y(sum ?? 0);
    if (taken.length >= MAX_TOLD || at < left + 140) continue;
    if (taken.some((it) => Math.abs(it - py) < 14)) continue;
    taken.push(py);
    const nodes = [...new Set(group.map(({ node }) => node))].sort();
    context.fillText(
      `${isFinal ? "final: " : ""}${nodes.join(", ")} ` +
        `${nodes.length === 1 ? "reads" : "read"} ${sum}`,
      at - 10,
      py,
    );
  }
}

/** With some room on both sides. */
function rangeOf(values: readonly number[]): { low: number; high: number } {
  const low = values.reduce((a, b) => Math.min(a, b), Infinity);
  const high = values.reduce((a, b) => Math.max(a, b), -Infinity);
  if (low > high) return { low: 0, high: 1 };
  const room = Math.max(1, (high - low) * 0.08);
  return { low: low - room, high: high + room };
}
