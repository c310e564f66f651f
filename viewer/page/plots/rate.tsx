/**
 * How often operations ended, and how many messages servers sent, over time.
 *
 * @module
 */
import { useMemo, useState } from "preact/hooks";
import { bucketsOf, middlesOf } from "../../measures/buckets.ts";
import {
  groupsOf,
  type Outcome,
  ratesOfGroup,
} from "../../measures/latency.ts";
import { streamsOf } from "../../measures/traffic.ts";
import { type TabProps } from "../tabs.tsx";
import { count, duration, rate } from "../words.ts";
import { FaultLegend, Legend, LineSwatch, ShapeSwatch } from "./legend.tsx";
import {
  type LineStyle,
  lineStyle,
  outcomeColours,
  outcomeWords,
  pointStyle,
} from "./marks.ts";
import { type Column, Plot } from "./plot.tsx";

interface Series {
  readonly name: string;
  readonly count: number;
  readonly values: readonly number[];
  readonly style: LineStyle;
  readonly marks?: { readonly kind: number; readonly outcome: Outcome };
}

export function Rate(props: TabProps) {
  const { run } = props;
  const buckets = useMemo(() => bucketsOf(run.duration), [run]);
  const operations = useMemo(() => {
    const groups = groupsOf(run.operations);
    const kinds = [...new Set(groups.map(({ f }) => f))];
    return groups.map(({ f, type, operations }, i): Series => {
      const kind = kinds.indexOf(f);
      return {
        name: `${f} ${outcomeWords[type]}`,
        count: operations.length,
        values: ratesOfGroup(run.operations, groups[i], buckets),
        style: { ...lineStyle(kind), colour: outcomeColours[type] },
        marks: { kind, outcome: type },
      };
    });
  }, [run, buckets]);
  const streams = useMemo(() =>
    run.messages &&
    streamsOf(run.messages, buckets).map((it, i): Series => ({
      name: it.type,
      count: it.count,
      values: it.rates,
      style: lineStyle(i),
    })), [run, buckets]);
  return (
    <div class="charts">
      <Over
        {...props}
        title={`Operations that ended, a second, over each ${
          duration(buckets.width)
        }`}
        nothing="No operation has ended."
        series={operations}
        hasFaults
      />
      <Over
        {...props}
        title="Messages between servers by type, a second"
        nothing={run.messages === undefined
          ? "The run has no journal of its messages."
          : "The servers sent each other nothing."}
        series={streams ?? []}
      />
    </div>
  );
}

function Over(
  props: TabProps & {
    readonly title: string;
    readonly nothing: string;
    readonly series: readonly Series[];
    readonly hasFaults?: boolean;
  },
) {
  const { run, series, title, nothing, hasFaults } = props;
  const [hovered, hover] = useState<number>();
  const { times, columns } = useMemo(() => ({
    times: middlesOf(bucketsOf(run.duration)),
    columns: series.flatMap(({ values, style, marks }): Column[] => [
      { values, style },
      ...marks === undefined ? [] : [{
        values: values.map((it) => it > 0 ? it : null),
        style: pointStyle(marks.kind, marks.outcome),
      }],
    ]),
  }), [run, series]);
  if (series.length === 0) {
    return (
      <>
        <h3>{title}</h3>
        <p class="grey">{nothing}</p>
      </>
    );
  }
  return (
    <>
      <h3>
        {title}
        {hovered !== undefined && `: at ${duration(times[hovered])}`}
      </h3>
      <Legend>
        {series.map((it) => (
          <li key={it.name}>
            {it.marks
              ? <ShapeSwatch {...it.marks} />
              : <LineSwatch {...it.style} />} {it.name}{" "}
            <b>
              {hovered === undefined
                ? count(it.count)
                : rate(it.values[hovered] ?? 0)}
            </b>
          </li>
        ))}
        {hasFaults && <FaultLegend run={run} />}
      </Legend>
      <Plot
        {...props}
        times={times}
        columns={columns}
        label={`${title}: in all ${
          series.map((it) => `${count(it.count)} ${it.name}`).join(", ")
        }; the table below has the same`}
        height={240}
        text={rate}
        hover={hover}
      />
      <details>
        <summary>{title}, as a table</summary>
        <table>
          <thead>
            <tr>
              <th scope="col">about</th>
              {series.map(({ name }) => <th key={name} scope="col">{name}</th>)}
            </tr>
          </thead>
          <tbody>
            {times.map((time, i) => (
              <tr key={i}>
                <th scope="row">{duration(time)}</th>
                {series.map(({ name, values }) => (
                  <td key={name} class="number">{rate(values[i])}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </>
  );
}
