/**
 * A register's operations as bars, the longest order of them that works as a
 * path through them, and the one that fits nowhere. After the visualiser of
 * Porcupine.
 *
 * @module
 */
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import {
  type Bar,
  firstShown,
  type Register,
  type RegisterPicture,
  registerPicture,
  registersOf,
} from "../../pictures/registers.ts";
import { moment } from "../../pictures/scale.ts";
import { type RunDocument } from "../../run/document.ts";
import { type TabProps } from "../tabs.tsx";
import { type Actions } from "../viewer.tsx";
import { Chooser, Pager } from "./chooser.tsx";

export function LinKvPicture({ run, actions }: TabProps) {
  const registers = useMemo(() => registersOf(run), [run]);
  const [at, choose] = useState(0);
  const register = registers[at];
  if (register === undefined) {
    return <p class="grey">No key was read or written.</p>;
  }
  return (
    <div class="with-chooser">
      <Chooser
        label="Keys"
        choices={registers.map(({ key, failure, operations }) => ({
          name: `${key ?? "all"} (${operations.length} operations)`,
          wrong: failure && "no order",
        }))}
        at={at}
        choose={choose}
      />
      <One
        key={register.key}
        register={register}
        run={run}
        actions={actions}
      />
    </div>
  );
}

/** So many operations are shown at once. */
const SHOWN = 48;

/** In pixels. */
const STEP = 31;
const ROW = 46;
const TOP = 22;

function One({ register, run, actions }: {
  readonly register: Register;
  readonly run: RunDocument;
  readonly actions: Actions;
}) {
  const { key, operations, failure, left } = register;
  const name = key === undefined ? "The object" : `Key ${key}`;
  const [from, go] = useState(() => firstShown(register, SHOWN));
  const picture = useMemo(
    () => registerPicture(run, register, operations.slice(from, from + SHOWN)),
    [run, register, from],
  );
  const isChecked = run.valid === true ||
    run.evidence.some(({ kind }) => kind === "linearization");
  const placed = failure ? failure.omitted + failure.order.length : 0;
  return (
    <section
      class="register"
      aria-label={`The operations on ${
        key === undefined ? "it" : `key ${key}`
      }`}
    >
      <div class="caption">
        <h2>
          {name}: {failure
            ? (
              <span class="wrong">
                no order of its operations explains what they returned
              </span>
            )
            : isChecked
            ? "its operations can be put into an order"
            : "nothing is known to be wrong"}
        </h2>
        <Pager
          from={from}
          shown={Math.min(SHOWN, operations.length)}
          all={operations.length}
          what="operations"
          go={go}
        />
        <p class="small grey">
          {failure &&
            `The longest order that works, of ${placed} operations, goes ` +
              "along the numbers" +
              (left === "" ? "" : `; after it, the value is ${left}`) +
              ". Hatched: it fits nowhere. Dashed: it failed. "}
          Each begin and each end of an operation is a step to the right, so
          lengths are not times.
        </p>
      </div>
      <Bars {...{ picture, run, actions, left }} />
      <details>
        <summary>The same as a table</summary>
        <Rows {...{ picture, run, actions }} />
      </details>
    </section>
  );
}

function Bars({ picture, run, actions, left }: {
  readonly picture: RegisterPicture;
  readonly run: RunDocument;
  readonly actions: Actions;
  /** What the register holds after the order. */
  readonly left: string;
}) {
  const { clients, bars, steps, times, path, misfit } = picture;
  const width = (steps + 1) * STEP;
  const height = TOP + clients.length * ROW + 20;
  const x = (step: number) => (step + 0.5) * STEP;
  const y = (row: number) => TOP + row * ROW + ROW / 2;
  const frame = useRef<HTMLDivElement>(null);
  // The fault is the first thing seen.
  useEffect(() => {
    const { current } = frame;
    if (current === null) return;
    current.scrollLeft = misfit ? x(misfit.from) - current.clientWidth / 2 : 0;
  }, [picture]);
  const points = path.flatMap(({ row, place }) =>
    place ? [{ number: place.number, x: x(place.at), y: y(row) }] : []
  );
  return (
    <div class="bars" ref={frame}>
      <svg class="names" width="72" height={height} aria-hidden="true">
        {clients.map((client, row) => (
          <g key={client}>
            <text x="0" y={y(row)}>{run.clients[client]?.name}</text>
            <text class="grey" x="0" y={y(row) + 14}>
              {run.clients[client]?.node}
            </text>
          </g>
        ))}
      </svg>
      <svg
        width={width}
        height={height}
        role="group"
        aria-label="Operations"
      >
        <defs>
          <pattern
            id="stuck"
            width="6"
            height="6"
            patternUnits="userSpaceOnUse"
            patternTransform="rotate(45)"
          >
            <line x1="0" x2="0" y1="0" y2="6" stroke-width="5" />
          </pattern>
        </defs>
        {clients.map((client, row) => (
          <line
            key={client}
            class="lane"
            x1="0"
            x2={width}
            y1={y(row)}
            y2={y(row)}
          />
        ))}
        {times.map((time, step) =>
          step % 6 === 0 && (
            <text key={step} class="grey" x={x(step)} y={height - 4}>
              {moment(time)}
            </text>
          )
        )}
        {points.slice(1).map((to, i) => {
          const from = points[i];
          // Between others that are not shown there is no line.
          if (to.number !== from.number + 1) return null;
          return (
            <line
              key={to.number}
              class="path"
              x1={from.x}
              y1={from.y}
              x2={to.x}
              y2={to.y}
            />
          );
        })}
        {bars.map((bar) => (
          <BarOf
            key={bar.operation}
            {...{ bar, x, y, actions, misfit, left }}
          />
        ))}
        {points.map(({ number, x, y }) => (
          <g key={number} class="point">
            <circle cx={x} cy={y} r={number > 99 ? 10 : 8} />
            <text x={x} y={y + 3.5} text-anchor="middle">{number}</text>
          </g>
        ))}
      </svg>
    </div>
  );
}

/** What became of an operation, in words. */
const kinds: Readonly<Record<Bar["kind"], string>> = {
  placed: "in the order",
  stuck: "can't come next",
  failed: "did not happen",
  other: "",
};

function BarOf({ bar, x, y, actions, misfit, left }: {
  readonly bar: Bar;
  x(step: number): number;
  y(row: number): number;
  readonly actions: Actions;
  readonly misfit: Bar | undefined;
  readonly left: string;
}) {
  const { operation, row, from, to, kind, text, isOpen } = bar;
  const show = () => actions.show({ kind: "operation", at: operation });
  return (
    <g
      class={`bar-of ${kind} ${isOpen ? "open" : ""}`}
      role="button"
      tabindex={0}
      aria-label={`${text}, ${kinds[kind]}`}
      onClick={show}
      onKeyDown={(event) => {
        if (event.key !== "Enter") return;
        event.preventDefault();
        show();
      }}
    >
      <rect
        x={x(from)}
        y={y(row) - 9}
        width={Math.max(6, x(to) - x(from))}
        height="18"
        rx="3"
      />
      <text x={x(from)} y={y(row) + 21}>{text}</text>
      {bar === misfit && (
        <text class="says" x={x(from)} y={y(row) - 14}>
          ✗ fits nowhere: the value is {left}
        </text>
      )}
    </g>
  );
}

function Rows({ picture: { bars }, run, actions }: {
  readonly picture: RegisterPicture;
  readonly run: RunDocument;
  readonly actions: Actions;
}) {
  const number = ({ place, kind }: Bar) =>
    place?.number ?? (kind === "stuck" ? Infinity : NaN);
  const sorted = bars.toSorted((a, b) =>
    (number(a) || 1e9) - (number(b) || 1e9) || a.from - b.from
  );
  return (
    <table>
      <thead>
        <tr>
          <th>number</th>
          <th>operation</th>
          <th>client</th>
          <th>began</th>
          <th>ended</th>
          <th>in the order</th>
        </tr>
      </thead>
      <tbody>
        {sorted.map((bar) => {
          const { client, start, end, type } = run.operations[bar.operation];
          return (
            <tr
              key={bar.operation}
              class={bar.kind === "stuck" ? "is-wrong" : ""}
            >
              <td>{bar.place?.number}</td>
              <td>
                <button
                  type="button"
                  class="link"
                  onClick={() =>
                    actions.show({ kind: "operation", at: bar.operation })}
                >
                  {bar.text}
                </button>
              </td>
              <td>{run.clients[client]?.name}</td>
              <td>{moment(start)}</td>
              <td>
                {end === undefined || type === "info"
                  ? "not known"
                  : moment(end)}
              </td>
              <td class={bar.kind === "stuck" ? "wrong" : ""}>
                {bar.kind === "stuck" && "✗ "}
                {kinds[bar.kind]}
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
