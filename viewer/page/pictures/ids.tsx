/**
 * `unique-ids`: who gave out how many when, and which ids were given out twice.
 *
 * @module
 */
import { useCallback, useMemo, useState } from "preact/hooks";
import { type DuplicateId, type GivenIds, idsOf } from "../../pictures/ids.ts";
import { moment } from "../../pictures/scale.ts";
import { whole } from "../../scene/view.ts";
import { type TabProps } from "../tabs.tsx";
import { Behind } from "./parts/behind.tsx";
import { Go, Pages } from "./parts/go.tsx";
import { dot, type Field, Plot } from "./parts/plot.tsx";

/** More duplicates are not joined by lines, which would hide each other. */
const MAX_JOINED = 40;
const SIZE = 20;

/** How far a node's columns reach up, as a share of the way to the next one. */
const TALL = 0.7;

/** How far lines between equal ids of one node hang down, in pixels. */
const BEND = 26;

/** Columns are so wide, in pixels. */
const COLUMN = 3;

export function Ids({ run, actions }: TabProps) {
  const ids = useMemo(() => idsOf(run), [run]);
  const view = useMemo(() => whole(run.duration), [run]);
  const [first, go] = useState(0);
  // The first node is at the top.
  const labels = useMemo(() => run.nodes.toReversed(), [run]);
  const rowOf = (node: number) => run.nodes.length - 1 - node;
  const joined = ids.duplicates.slice(0, MAX_JOINED);

  const paint = useCallback((field: Field) => {
    const { context, colours, x, y, left, right } = field;
    const columns = columnsOf(ids, run.nodes.length, field);
    const most = Math.max(1, ...columns.flatMap((own) => [...own]));
    const tall = Math.abs(y(1) - y(0)) * TALL;
    context.fillStyle = colours.grey;
    columns.forEach((own, node) =>
      own.forEach((count, i) => {
        const at = left + i * COLUMN;
        if (count === 0 || at > right) return;
        const up = Math.max(1, count / most * tall);
        context.fillRect(at, y(rowOf(node)) - up, COLUMN - 1, up);
      })
    );
    context.strokeStyle = context.fillStyle = colours.red;
    for (const { operations } of joined) {
      const places = operations.map((at) => {
        const { end = 0, node = "" } = run.operations[at];
        return [x(end), y(rowOf(run.nodes.indexOf(node)))] as const;
      });
      context.globalAlpha = joined.length > 8 ? 0.5 : 1;
      context.beginPath();
      places.forEach(([px, py], i) => {
        const [fromX, fromY] = places[Math.max(0, i - 1)];
        // Of the same node, a line would hide behind the node's own.
        const bend = fromY === py ? Math.min(BEND, Math.abs(px - fromX)) : 0;
        if (i === 0) context.moveTo(px, py);
        else {
          context.quadraticCurveTo(
            (fromX + px) / 2,
            (fromY + py) / 2 + bend,
            px,
            py,
          );
        }
      });
      context.stroke();
      context.globalAlpha = 1;
      for (const [px, py] of places) dot(field, px, py, 3, true);
    }
  }, [ids, run]);

  if (ids.asked === 0) {
    return <p class="grey">No client has asked for an id.</p>;
  }
  return (
    <>
      <p class="lead">
        {ids.times.length.toLocaleString("en")} ids,{" "}
        {Math.round(ids.rate).toLocaleString("en")} a second
        {ids.asked > ids.times.length &&
          `; ${ids.asked - ids.times.length} requests got none`}.{" "}
        {ids.duplicates.length === 0
          ? "Each was given out once."
          : (
            <span class="wrong">
              {ids.duplicates.length.toLocaleString("en")}{" "}
              were given out more than once
              {ids.duplicates.length > MAX_JOINED &&
                `; the first ${MAX_JOINED} are joined by a line`}.
            </span>
          )}
      </p>
      <Plot
        height={60 + 52 * Math.min(8, run.nodes.length)}
        view={view}
        low={-0.35}
        high={Math.max(0, run.nodes.length - 1) + 0.9}
        labels={labels}
        label="How many ids each node gave out over time; equal ones are joined by a red line."
        paint={paint}
      />
      <p class="small grey">
        Columns: ids that each node gave out in that time.{" "}
        {ids.examples.map(({ node, id }) => (
          <span key={node}>
            {node} began with <code>{short(id)}</code>.{" "}
          </span>
        ))}
      </p>
      {ids.duplicates.length > 0 && (
        <>
          <ul class="sentences">
            {ids.duplicates.slice(first, first + SIZE).map((it) => (
              <li key={it.id}>
                <Sentence it={it} run={run} actions={actions} />
              </li>
            ))}
          </ul>
          <Pages
            first={first}
            size={SIZE}
            count={ids.duplicates.length}
            go={go}
            what="duplicates"
          />
        </>
      )}
      <Behind
        columns={["at", "node", "id"]}
        count={ids.operations.length}
        row={(i) => {
          const at = ids.operations[i];
          return [
            <Go key="at" to={at} actions={actions}>{moment(ids.times[i])}</Go>,
            run.operations[at].node,
            <code key="id">
              {short(JSON.stringify(run.operations[at].result))}
            </code>,
          ];
        }}
      />
    </>
  );
}

function Sentence({ it, run, actions }: {
  readonly it: DuplicateId;
  readonly run: TabProps["run"];
  readonly actions: TabProps["actions"];
}) {
  const shown = it.operations.slice(0, 4);
  return (
    <>
      <code class="wrong">{short(it.id)}</code> {it.operations.length} times:
      {" "}
      {shown.map((at, i) => (
        <span key={at}>
          {i > 0 && ", "}
          {it.nodes[i]} at{" "}
          <Go to={at} actions={actions}>
            {moment(run.operations[at].end ?? 0)}
          </Go>
        </span>
      ))}
      {it.operations.length > shown.length && " …"}
    </>
  );
}

/** By node how many ids it gave out in the time of each column. */
function columnsOf(
  { times, nodes }: GivenIds,
  count: number,
  { x, left, right }: Field,
): Uint32Array[] {
  const columns = Array.from(
    { length: count },
    () => new Uint32Array(Math.ceil(Math.max(0, right - left) / COLUMN)),
  );
  times.forEach((time, i) => {
    const own = columns[nodes[i]];
    const at = Math.floor((x(time) - left) / COLUMN);
    if (own !== undefined && at >= 0 && at < own.length) own[at]++;
  });
  return columns;
}

const short = (id = "") => id.length <= 48 ? id : `${id.slice(0, 48)}…`;
