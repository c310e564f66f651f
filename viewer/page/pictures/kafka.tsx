/**
 * Kafka's logs: what stands at each offset, from its send to the polls that
 * returned it.
 *
 * @module
 */
import { useMemo, useState } from "preact/hooks";
import { type KeyLog, type LogRow, logsOf } from "../../pictures/logs.ts";
import { duration, moment, ticks } from "../../pictures/scale.ts";
import { type RunDocument } from "../../run/document.ts";
import { type TabProps } from "../tabs.tsx";
import { type Actions } from "../viewer.tsx";
import { Chooser, Pager } from "./chooser.tsx";

export function KafkaPicture({ run, actions }: TabProps) {
  const logs = useMemo(() => logsOf(run), [run]);
  const [at, choose] = useState(() => firstOf(run, logs));
  const log = logs[at];
  if (log === undefined) {
    return <p class="grey">No message was sent to a log, and none polled.</p>;
  }
  return (
    <div class="with-chooser">
      <Chooser
        label="Keys"
        choices={logs.map(({ key, wrong }) => ({
          name: key,
          wrong: wrong > 0 ? `${wrong} wrong` : undefined,
        }))}
        at={at}
        choose={choose}
      />
      <Log key={log.key} log={log} run={run} actions={actions} />
    </div>
  );
}

/** The key that the first finding is about. */
function firstOf({ evidence }: RunDocument, logs: readonly KeyLog[]): number {
  const [first] = evidence.flatMap((it) =>
    it.kind === "operations" ? [`${it.key}`] : []
  );
  return Math.max(0, logs.findIndex(({ key }) => key === first));
}

/** So many rows are shown at once. */
const ROWS = 40;

function Log({ log, run, actions }: {
  readonly log: KeyLog;
  readonly run: RunDocument;
  readonly actions: Actions;
}) {
  const { key, rows, wrong } = log;
  const first = rows.findIndex(({ wrong }) => wrong.length > 0);
  const most = Math.max(0, rows.length - ROWS);
  const [from, go] = useState(Math.min(most, Math.max(0, first - 5)));
  const shown = rows.slice(from, from + ROWS);
  const span = spanOf(shown, run);
  return (
    <section class="log" aria-label={`The log of key ${key}`}>
      <div class="caption">
        <h2>
          Key {key}: {rows.length} message{rows.length === 1 ? "" : "s"},{" "}
          {wrong > 0
            ? <span class="wrong">{wrong} of them wrong</span>
            : "none of them wrong"}
        </h2>
        <Pager
          from={from}
          shown={shown.length}
          all={rows.length}
          what="messages"
          go={go}
        />
        <Legend />
      </div>
      <table>
        <thead>
          <tr>
            <th>offset</th>
            <th>message</th>
            {wrong > 0 && <th>wrong</th>}
            <th>sent</th>
            <th>first polled</th>
            <th>committed</th>
            <th class="moments">
              <Axis span={span} />
            </th>
          </tr>
        </thead>
        <tbody>
          {shown.map((row, i) => (
            <Row
              key={i}
              hasWrong={wrong > 0}
              {...{ row, span, run, actions }}
            />
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Legend() {
  const mark = (kind: string, text: string) => (
    <span>
      <svg width="16" height="12" aria-hidden="true">
        <Mark kind={kind} x="8" end="16" />
      </svg>{" "}
      {text}
    </span>
  );
  return (
    <span class="signs small grey">
      {mark("send", "sent, until acknowledged")}
      {mark("poll", "polled")}
      {mark("commit", "committed by a poll")}
      {mark("told", "told as committed")}
    </span>
  );
}

/** From ms to ms. */
interface Span {
  readonly start: number;
  readonly end: number;
}

/** From the first send to the last one's first poll, and a little more. */
function spanOf(
  rows: readonly LogRow[],
  { operations, duration }: RunDocument,
) {
  const times = rows.flatMap(({ sent, polls }) => {
    const first = polls[0] === undefined ? undefined : operations[polls[0]];
    const send = sent === undefined ? undefined : operations[sent];
    return [send?.start, send?.end, first?.end].filter((it) =>
      it !== undefined
    );
  });
  if (times.length === 0) return { start: 0, end: duration };
  const start = Math.min(...times);
  const end = Math.max(...times, start + 1);
  return { start, end: Math.min(duration, end + (end - start) * 0.1) };
}

function Axis({ span: { start, end } }: { readonly span: Span }) {
  return (
    <svg height="14" role="img" aria-label="time">
      {ticks(start, end, 4).map((time) => (
        <text
          key={time}
          x={`${100 * (time - start) / (end - start)}%`}
          y="11"
          text-anchor="middle"
        >
          {moment(time)}
        </text>
      ))}
    </svg>
  );
}

function Row({ row, span, run, actions, hasWrong }: {
  readonly row: LogRow;
  /** Whether anything is wrong with the log. */
  readonly hasWrong: boolean;
  readonly span: Span;
  readonly run: RunDocument;
  readonly actions: Actions;
}) {
  const { offset, message, sent, polls, commits, wrong, gap } = row;
  const { operations, clients } = run;
  const link = (at: number, text: string) => (
    <button
      type="button"
      class="link"
      onClick={() => actions.show({ kind: "operation", at })}
    >
      {text}
    </button>
  );
  const who = (at: number) => clients[operations[at].client]?.name ?? "";
  const ended = (at: number) => operations[at].end ?? operations[at].start;
  const isWrong = wrong.length > 0;
  const send = sent === undefined ? undefined : operations[sent];
  return (
    <>
      {gap > 0 && (
        <tr class="gap">
          <td colspan={hasWrong ? 7 : 6}>
            {gap === 1 ? "one offset holds" : `${gap} offsets hold`} nothing
          </td>
        </tr>
      )}
      <tr class={isWrong ? "is-wrong" : ""}>
        <td>{offset}</td>
        <td>{JSON.stringify(message)?.slice(0, 24)}</td>
        {hasWrong && (
          <td class="wrong">
            {isWrong && `✗ ${wrong.join("; ")}`}
          </td>
        )}
        <td>
          {sent === undefined || send === undefined ? "by nobody" : (
            <>
              {link(sent, moment(send.start))} {who(sent)}
              {send.type === "ok"
                ? ""
                : send.type === "fail"
                ? ", failed"
                : ", never acknowledged"}
            </>
          )}
        </td>
        <td>
          {polls.length === 0 ? "never" : (
            <>
              {link(
                polls[0],
                send === undefined
                  ? moment(ended(polls[0]))
                  : `after ${duration(ended(polls[0]) - send.start)}`,
              )} {who(polls[0])}
              {polls.length > 1 && `, ${polls.length} polls`}
            </>
          )}
        </td>
        <td>
          {commits.length > 0 && (
            <>{link(commits[0], moment(ended(commits[0])))}</>
          )}
        </td>
        <td class="moments">
          <Strip {...{ row, span, run, actions }} />
        </td>
      </tr>
    </>
  );
}

function Strip({ row, span, run, actions }: {
  readonly row: LogRow;
  readonly span: Span;
  readonly run: RunDocument;
  readonly actions: Actions;
}) {
  const { operations, clients } = run;
  const { sent, polls, commits, told } = row;
  const { start, end } = span;
  const x = (time: number) => `${100 * (time - start) / (end - start)}%`;
  const commit = new Set(commits);
  const marks = [
    ...sent === undefined ? [] : [{ kind: "send", at: sent }],
    ...polls.map((at) => ({ kind: commit.has(at) ? "commit" : "poll", at })),
    ...told.map((at) => ({ kind: "told", at })),
  ];
  return (
    <svg height="18" aria-hidden="true">
      {marks.map(({ kind, at }) => {
        const operation = operations[at];
        const ended = operation.end ?? run.duration;
        const time = kind === "send" ? operation.start : ended;
        if (time > end || time < start) return null;
        return (
          <g
            key={`${kind} ${at}`}
            class="mark"
            onClick={() => actions.show({ kind: "operation", at })}
          >
            <title>
              {`${kind}, ${clients[operation.client]?.name}, ${moment(time)}`}
            </title>
            <Mark kind={kind} x={x(time)} end={x(Math.min(ended, end))} />
          </g>
        );
      })}
    </svg>
  );
}

/** What a client did, as a sign; `end` is a send's. */
function Mark({ kind, x, end }: {
  readonly kind: string;
  readonly x: string;
  readonly end: string;
}) {
  if (kind === "send") {
    return (
      <>
        <line class="send" x1={x} x2={end} y1="9" y2="9" />
        <circle class="send" cx={x} cy="9" r="3.5" />
      </>
    );
  }
  return (
    <svg class="sign" x={x} y="0" width="1" height="18">
      {kind === "poll" && <path class="poll" d="M0 5v8" />}
      {kind === "commit" && <path class="commit" d="M0 4v10M-3 14h6" />}
      {kind === "told" && <path class="told" d="M0 4v10M-3 4h6" />}
    </svg>
  );
}
