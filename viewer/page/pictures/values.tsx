/**
 * `broadcast` and `g-set`: how each value spread over the nodes.
 *
 * @module
 */
import { useMemo, useState } from "preact/hooks";
import { quantiles } from "../../../workbench/checkers/result.ts";
import { ageScale, duration, moment, ticks } from "../../pictures/scale.ts";
import {
  mostTelling,
  slowest,
  spreadOfValues,
  type SpreadValue,
} from "../../pictures/values.ts";
import { type RunDocument } from "../../run/document.ts";
import { type TabProps } from "../tabs.tsx";
import { Behind } from "./parts/behind.tsx";
import { Go, Pages } from "./parts/go.tsx";
import { later, useLater } from "./parts/later.ts";
import { OneOf } from "../one_of.tsx";
import { Strip } from "./parts/strip.tsx";

const SIZE = 25;

/** Fewer values need no overview. */
const OVERVIEW_FROM = 60;

const spread = later(spreadOfValues);

/** Where a time is, as a share of the width, and the marks of an axis. */
interface Axis {
  at(value: SpreadValue, time: number): number;
  readonly marks: readonly { readonly at: number; readonly text: string }[];
  readonly title: string;
}

export function Values({ run, view, actions }: TabProps) {
  const found = useLater(spread, run);
  const [order, setOrder] = useState<"telling" | "time">("telling");
  const [along, setAlong] = useState<"age" | "diagram">("age");
  const [first, go] = useState(0);
  const [traced, setTraced] = useState<SpreadValue | undefined>();
  const ordered = useMemo(
    () => order === "time" ? found?.values : mostTelling(found?.values ?? []),
    [found, order],
  );
  const ages = useMemo(() => scaleOf(found?.values ?? []), [found]);
  if (found === undefined || ordered === undefined) {
    return <p class="grey">Looking for the values in the messages …</p>;
  }
  if (found.values.length === 0) {
    return <p class="grey">No client has sent a value.</p>;
  }
  const shown = ordered.slice(first, first + SIZE);
  const axis: Axis = along === "age"
    ? {
      at: ({ start }, time) => ages.at(time - start),
      marks: ages.ticks.map((age) => ({
        at: ages.at(age),
        text: age === 0 ? "sent" : duration(age),
      })),
      title: "time since a client sent it",
    }
    : {
      at: (_, time) => (time - view.start) / (view.end - view.start),
      marks: ticks(view.start, view.end, 8).map((time) => ({
        at: (time - view.start) / (view.end - view.start),
        text: `${Number((time / 1000).toFixed(6))} s`,
      })),
      title: "time of the run, as in the diagram",
    };
  return (
    <>
      <Lead run={run} values={found.values} />
      {!found.hasArrivals && run.messages !== undefined && (
        <p class="small grey">
          The messages are too long to be searched for values: marks come from
          reads and acknowledgements.
        </p>
      )}
      <div class="choices">
        <OneOf
          label="Order of values"
          now={order}
          all={[["telling", "Most telling first"], [
            "time",
            "In order of time",
          ]]}
          choose={(way) => {
            setOrder(way);
            go(0);
          }}
        />
        <OneOf
          label="What goes to the right"
          now={along}
          all={[["age", "Since it was sent"], ["diagram", "As the diagram"]]}
          choose={setAlong}
        />
        <Pages
          first={first}
          size={SIZE}
          count={ordered.length}
          go={go}
          what="values"
        />
      </div>
      {ordered.length >= OVERVIEW_FROM && (
        <Strip
          values={ordered}
          nodes={run.nodes.length}
          ages={ages}
          first={first}
          size={SIZE}
          go={go}
        />
      )}
      <div class="spread" role="group" aria-label="Values and their way">
        <div class="spread-row axis">
          <span class="grey">value</span>
          <svg class="track" height="18" aria-hidden="true">
            {axis.marks.map(({ at, text }, i) => (
              <text
                key={text}
                x={`${at * 100}%`}
                y="13"
                text-anchor={i === 0 ? "start" : at > 0.97 ? "end" : "middle"}
              >
                {text}
              </text>
            ))}
          </svg>
          <span class="grey">{axis.title}</span>
        </div>
        {shown.map((value) => (
          <Row
            key={value.operation}
            {...{ value, run, axis }}
            isTraced={value === traced}
            trace={() => {
              setTraced(value);
              actions.select({ kind: "operation", at: value.operation });
              actions.trace(value.value, timesOf(value));
            }}
          />
        ))}
      </div>
      <p class="small grey legend">
        <span class="key tick" /> one more node has it: the higher, the more
        {" "}
        <span class="key tick read" />{" "}
        had it by then, as a read shows: maybe long before{" "}
        <span class="key stale" /> accepted, but reads missed it still{" "}
        <span class="wrong">✗ the last read that missed it</span>
      </p>
      <Behind
        columns={["value", "sent", "to", "what became of it", ...run.nodes]}
        count={ordered.length}
        row={(i) => {
          const value = ordered[i];
          const { operation, start } = value;
          return [
            `${value.value}`,
            <Go key="at" to={operation} actions={actions}>{moment(start)}</Go>,
            run.operations[operation].node,
            words(value, run),
            ...value.had.map((time) =>
              Number.isNaN(time) ? "–" : duration(time - start)
            ),
          ];
        }}
      />
    </>
  );
}

/** How many of what fate, and how long it took, beside what was asked. */
function Lead({ run, values }: {
  readonly run: RunDocument;
  readonly values: readonly SpreadValue[];
}) {
  const number = (fate: SpreadValue["fate"]) =>
    values.filter((it) => it.fate === fate).length;
  const stable = quantiles(
    values.filter(({ fate }) =>
      fate === "stable" || fate === "stale" || fate === "missing"
    ).map(({ staleFor }) => staleFor),
  );
  const limit = (name: string) => {
    const { beside = [] } = run.figures.find((it) => it.name === name) ?? {};
    const asked = beside.flatMap(({ challenge, asked }) =>
      asked === undefined ? [] : [`${challenge} below ${asked} ms`]
    );
    return asked.length === 0 ? "" : ` (fly.io asks: ${asked.join(", ")})`;
  };
  const [lost, missing] = [number("lost"), number("missing")];
  const [unread, refused] = [number("unread"), number("refused")];
  const isForgiven = run.valid === true;
  return (
    <p class="lead">
      {values.length.toLocaleString("en")}{" "}
      {values.length === 1 ? "value" : "values"}
      {lost > 0 && (
        <>
          , <span class={isForgiven ? "" : "wrong"}>{lost} lost</span>
          {isForgiven && " with nodes that were killed, which is forgiven"}
        </>
      )}
      {missing > 0 && (
        <>
          , <span class="wrong">{missing} missing on some node in the end</span>
        </>
      )}
      {unread > 0 && `, ${unread} in no read`}
      {refused > 0 && `, ${refused} refused`}. {stable && (
        <>
          Stable after <b>{duration(stable["0.5"])}</b> in the median
          {limit("median until stable")}, 95 % after{" "}
          {duration(stable["0.95"])}, 99 % after {duration(stable["0.99"])}, all
          {" "}
          after <b>{duration(stable["1"])}</b>
          {limit("longest until stable")}.
        </>
      )}
    </p>
  );
}

function Row({ value, run, axis, isTraced, trace }: {
  readonly value: SpreadValue;
  readonly run: RunDocument;
  readonly axis: Axis;
  readonly isTraced: boolean;
  readonly trace: () => void;
}) {
  const { operation, start, had, onlyRead, known, staleFor, missedBy } = value;
  const { node = "?" } = run.operations[operation];
  const isBad = isWrong(value, run);
  const x = (time: number) => `${axis.at(value, time) * 100}%`;
  const isIn = (time: number) => {
    const at = axis.at(value, time);
    return at >= 0 && at <= 1;
  };
  const steps = stepsOf(had);
  const missed = isBad && missedBy !== undefined
    ? run.operations[missedBy].end
    : undefined;
  return (
    <button
      type="button"
      class={isBad ? "spread-row bad" : "spread-row"}
      aria-pressed={isTraced}
      title="Show its way in the diagram"
      onClick={trace}
    >
      <span>
        <b>{value.value}</b>{" "}
        <span class="grey">
          {node}, {moment(start)}
        </span>
      </span>
      <svg class="track" height="18" aria-hidden="true">
        {steps.map(({ node, time, next }, i) => {
          const high = (i + 1) / had.length * HIGH;
          const from = Math.max(0, axis.at(value, time));
          const to = next === undefined ? 1 : Math.min(1, axis.at(value, next));
          return (
            <g key={node}>
              {to > from && (
                <rect
                  class="share"
                  x={`${from * 100}%`}
                  width={`${(to - from) * 100}%`}
                  y={BASE - high}
                  height={high}
                />
              )}
              {isIn(time) && (
                <line
                  class={onlyRead.has(node) ? "tick read" : "tick"}
                  x1={x(time)}
                  x2={x(time)}
                  y1={BASE}
                  y2={BASE - high}
                >
                  <title>
                    {run.nodes[node]} after {duration(time - start)}
                  </title>
                </line>
              )}
            </g>
          );
        })}
        <line class="base" x1="0" x2="100%" y1={BASE} y2={BASE} />
        {known !== undefined && staleFor > 0 && missed === undefined && (
          <line
            class="stale"
            x1={x(known)}
            x2={x(known + staleFor)}
            y1={BASE}
            y2={BASE}
          />
        )}
        {missed !== undefined && isIn(missed) && (
          <text class="cross" x={x(missed)} y="14" text-anchor="end">✗</text>
        )}
      </svg>
      <span class={isBad ? "wrong" : "grey"}>{words(value, run)}</span>
    </button>
  );
}

/** Where a row's picture stands, and how high it is if all nodes have it. */
const [BASE, HIGH] = [16.5, 14];

/** Which node got it when, one after the other, and when the next one did. */
function stepsOf(had: readonly number[]) {
  const order = had.map((time, node) => ({ time, node }))
    .filter(({ time }) => !Number.isNaN(time))
    .toSorted((a, b) => a.time - b.time);
  return order.map((it, i) => ({ ...it, next: order[i + 1]?.time }));
}

/** What was lost may be forgiven, with those who knew it. */
const isWrong = ({ fate }: SpreadValue, { valid }: RunDocument) =>
  (fate === "lost" && valid !== true) || fate === "missing";

/** What became of it. */
function words(value: SpreadValue, { nodes, valid }: RunDocument): string {
  const { fate, lackedBy, had, staleFor, onlyRead } = value;
  const lacking = lackedBy.map((i) => nodes[i]);
  const list = lacking.length === nodes.length && nodes.length > 1
    ? "all nodes lack it in the end"
    : lacking.length > 3
    ? `${lacking.length} of ${nodes.length} nodes lack it in the end`
    : `${lacking.join(", ")} ${
      lacking.length === 1 ? "lacks" : "lack"
    } it in the end`;
  if (fate === "lost") {
    const how = valid === true ? "lost, forgiven" : "lost";
    return lacking.length > 0 ? `${how}: ${list}` : how;
  }
  if (fate === "missing") return `missing: ${list}`;
  if (fate === "refused") return "refused by its node, and never seen";
  const count = had.filter((time) => !Number.isNaN(time)).length;
  if (fate === "unread") {
    return `in no read; ${count} of ${nodes.length} nodes had it`;
  }
  const all = count === nodes.length
    ? `all ${onlyRead.size > 0 ? "had it by" : "after"} ${
      duration(slowest(value))
    }`
    : `${count} of ${nodes.length} nodes after ${duration(slowest(value))}`;
  return staleFor > 0
    ? `${all}; reads missed it for ${duration(staleFor)}`
    : all;
}

/** Far enough for nearly all of them, and for what the slowest did. */
function scaleOf(values: readonly SpreadValue[]) {
  return ageScale(values.reduce(
    (most, value) =>
      Math.max(most, slowest(value) || 0, value.fate === "lost" ? 1000 : 0),
    10,
  ));
}

/** When it went where. */
const timesOf = ({ start, had }: SpreadValue): number[] => [
  start,
  ...had.filter((time) => !Number.isNaN(time)),
];
