/**
 * How long operations took: each of them, and quantiles over time.
 *
 * @module
 */
import { useMemo, useState } from "preact/hooks";
import { bucketsOf, middlesOf } from "../../measures/buckets.ts";
import {
  type Group,
  groupsOf,
  latencyOf,
  quantilesOverTime,
  shownQuantiles,
} from "../../measures/latency.ts";
import { namedIn } from "../../measures/rows.ts";
import { type RunDocument } from "../../run/document.ts";
import { OneOf } from "../one_of.tsx";
import { type TabProps } from "../tabs.tsx";
import { count, duration } from "../words.ts";
import { FaultLegend, Legend, LineSwatch, ShapeSwatch } from "./legend.tsx";
import {
  lineStyle,
  outcomeWords,
  pointStyle,
  shapeOf,
  trace,
} from "./marks.ts";
import { type Column, Plot } from "./plot.tsx";

/** Shorter ones are drawn as if they had taken so long, in ms. */
const SHORTEST = 0.1;
/** Of more operations than this, those that ended ok are drawn faintly. */
const MANY = 2000;
const FAINT = { radius: 2, opacity: 0.4 };

export function Latency(props: TabProps) {
  const { run } = props;
  const groups = useMemo(() => groupsOf(run.operations), [run]);
  const kinds = useMemo(() => [...new Set(groups.map(({ f }) => f))], [groups]);
  const [kind, choose] = useState<string>();
  const [hovered, hover] = useState<number>();
  const chosen = useMemo(
    () => groups.filter(({ f }) => kind === undefined || f === kind),
    [groups, kind],
  );
  const raw = useMemo(() => rawOf(run, chosen, kinds), [run, chosen, kinds]);
  const buckets = useMemo(() => bucketsOf(run.duration), [run]);
  const quantiles = useMemo(() => {
    const operations = chosen.flatMap((it) =>
      it.type === "ok" ? it.operations : []
    )
      .map((at) => run.operations[at]);
    const values = quantilesOverTime(operations, buckets);
    return {
      times: middlesOf(buckets),
      values,
      columns: values.map((column, i): Column => ({
        values: column.map((it) => it === null ? null : Math.max(SHORTEST, it)),
        style: lineStyle(i),
      })),
    };
  }, [run, chosen, buckets]);
  if (groups.length === 0) {
    return <p class="grey">No operation has ended: there are no latencies.</p>;
  }
  const pick = (
    time: number,
    value: number,
    perPixel: { time: number; value: number },
  ) => {
    const nearest = raw.operations.map((at, i) => ({
      at,
      distance: Math.hypot(
        (raw.times[i] - time) / perPixel.time,
        Math.log(raw.latencies[i] / value) / Math.log(perPixel.value),
      ),
    })).reduce((a, b) => b.distance < a.distance ? b : a);
    if (nearest.distance > 8) return false;
    props.actions.show({ kind: "operation", at: nearest.at });
    return true;
  };
  const summary = chosen.map(({ f, type, operations }) =>
    `${count(operations.length)} ${f} ${outcomeWords[type]}`
  ).join(", ");
  return (
    <div class="charts">
      <h3>
        Latency of each operation, from when it began; a logarithmic scale
      </h3>
      {kinds.length > 1 && (
        <OneOf<string | undefined>
          label="Kind of operations"
          all={[undefined, ...kinds].map((it) => [it, it ?? "All kinds"])}
          now={kind}
          choose={choose}
        />
      )}
      <Legend>
        {chosen.map(({ f, type, operations }) => (
          <li key={`${f} ${type}`}>
            <ShapeSwatch kind={kinds.indexOf(f)} outcome={type} /> {f}{" "}
            {outcomeWords[type]} <b>{count(operations.length)}</b>
          </li>
        ))}
        {raw.hasNamed && (
          <li>
            <svg width="14" height="14" aria-hidden="true">
              <circle
                cx="7"
                cy="7"
                r="6"
                fill="none"
                stroke="var(--red)"
                stroke-width="1.5"
              />
            </svg>{" "}
            named by a finding
          </li>
        )}
        <FaultLegend run={run} />
      </Legend>
      <Plot
        {...props}
        {...raw}
        label={`Latency of each operation over time: ${summary}`}
        height={280}
        isLog
        text={axisText}
        pick={pick}
      />
      <h3>
        Quantiles of what ended ok, of each {duration(buckets.width)}
        {hovered !== undefined &&
          `: at ${duration(quantiles.times[hovered])}`}
      </h3>
      <Legend>
        {shownQuantiles.map((q, i) => (
          <li key={q}>
            <LineSwatch {...lineStyle(i)} /> {q}{" "}
            <b>{shown(quantiles.values[i], hovered)}</b>
          </li>
        ))}
      </Legend>
      <Plot
        {...props}
        {...quantiles}
        label="Quantiles of latency over time; the table below has the same"
        height={220}
        isLog
        text={axisText}
        hover={hover}
      />
      <details>
        <summary>Quantiles as a table</summary>
        <table>
          <thead>
            <tr>
              <th scope="col">from</th>
              {shownQuantiles.map((q) => <th key={q} scope="col">{q}</th>)}
            </tr>
          </thead>
          <tbody>
            {quantiles.times.map((_, i) =>
              quantiles.values[0][i] !== null && (
                <tr key={i}>
                  <th scope="row">{duration(i * buckets.width)}</th>
                  {quantiles.values.map((column, q) => (
                    <td key={q} class="number">{shown(column, i)}</td>
                  ))}
                </tr>
              )
            )}
          </tbody>
        </table>
      </details>
    </div>
  );
}

function shown(column: readonly (number | null)[], at: number | undefined) {
  const value = at === undefined ? null : column[at] ?? null;
  return value === null ? "" : duration(value);
}

const axisText = (ms: number) =>
  ms > SHORTEST ? duration(ms) : `≤ ${duration(ms)}`;

/** A row for each operation, a column for each group. */
function rawOf(
  run: RunDocument,
  groups: readonly Group[],
  kinds: readonly string[],
) {
  const rows = groups.flatMap(({ operations }, group) =>
    operations.map((at) => ({ at, group, ...run.operations[at] }))
  ).toSorted((a, b) => a.start - b.start);
  const latencies = rows.map((row) => Math.max(SHORTEST, latencyOf(row)));
  const wrong = namedIn(run.findings);
  const columns = groups.map(({ f, type }, group): Column => {
    return {
      values: rows.map((row, i) => row.group === group ? latencies[i] : null),
      style: pointStyle(
        kinds.indexOf(f),
        type,
        rows.length > MANY && type === "ok" ? FAINT : undefined,
      ),
    };
  });
  const named: Column = {
    values: rows.map(({ at }, i) => wrong.has(at) ? latencies[i] : null),
    style: {
      colour: "red",
      mark(_, outline, x, y) {
        trace(outline, shapeOf(0), x, y, 6 * devicePixelRatio);
        trace(outline, shapeOf(0), x, y, 7 * devicePixelRatio);
      },
    },
  };
  return {
    times: rows.map(({ start }) => start),
    operations: rows.map(({ at }) => at),
    latencies,
    columns: wrong.size > 0 ? [...columns, named] : columns,
    hasNamed: wrong.size > 0,
  };
}
