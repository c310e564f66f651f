/**
 * Transactions that were not isolated: a cycle as a ring, with a reason on each
 * edge; other anomalies in the order of time.
 *
 * @module
 */
import { useMemo, useState } from "preact/hooks";
import { ringOf } from "../../pictures/ring.ts";
import { moment } from "../../pictures/scale.ts";
import {
  kinds,
  shortened,
  storiesOf,
  type Story,
  type Transaction,
} from "../../pictures/transactions.ts";
import { type RunDocument } from "../../run/document.ts";
import { type TabProps } from "../tabs.tsx";
import { type Actions } from "../viewer.tsx";
import { Chooser } from "./chooser.tsx";

export function TransactionsPicture({ run, actions }: TabProps) {
  const stories = useMemo(() => storiesOf(run), [run]);
  const [at, choose] = useState(0);
  const story = stories[at];
  if (story === undefined) return <Nothing run={run} />;
  return (
    <div class="with-chooser">
      <Chooser
        label="What was found"
        choices={namesOf(stories).map((name) => ({ name }))}
        at={at}
        choose={choose}
      />
      <section aria-label={story.anomaly}>
        {story.edges.length > 0
          ? <Cycle {...{ story, run, actions }} />
          : <InTime {...{ story, run, actions }} />}
      </section>
    </div>
  );
}

function Nothing({ run }: { readonly run: RunDocument }) {
  const { operations, valid } = run;
  const ended = operations.filter(({ type }) => type === "ok").length;
  return (
    <p class="grey">
      {operations.length === 0
        ? "No transaction was tried."
        : valid === true
        ? `No cycle among ${ended} transactions, and nothing else that their ` +
          "isolation rules out: there is nothing to be drawn."
        : `${ended} transactions. What was found stands above in words; there ` +
          "is no picture of it."}
    </p>
  );
}

/** `G1a`, or `G1a, 2nd` where there are several. */
function namesOf(stories: readonly Story[]): string[] {
  const counts = new Map<string, number>();
  return stories.map(({ anomaly, transactions, edges }) => {
    const count = (counts.get(anomaly) ?? 0) + 1;
    counts.set(anomaly, count);
    const of = `${transactions.length} ${
      transactions.length === 1 ? "transaction" : "transactions"
    }`;
    return `${anomaly}${count > 1 ? ` (${count})` : ""}: ${
      edges.length > 0 ? `cycle of ${transactions.length}` : of
    }`;
  });
}

interface StoryProps {
  readonly story: Story;
  readonly run: RunDocument;
  readonly actions: Actions;
}

/** In pixels. */
const BOX = 250;
const HEAD = 26;
const LINE = 18;
/** So many micro-operations are shown of a transaction in a ring. */
const LINES = 6;

function Cycle({ story, run, actions }: StoryProps) {
  const { anomaly, transactions, edges } = story;
  const ring = useMemo(() => {
    const heights = transactions.map(({ micros }) => {
      const { shown, omitted } = shortened(micros, LINES);
      return HEAD + (shown.length + (omitted > 0 ? 1 : 0)) * LINE + 12;
    });
    return ringOf(heights, { boxWidth: BOX, gapX: 240, gapY: 96 });
  }, [story]);
  return (
    <>
      <div class="caption">
        <h2>
          {anomaly}:{" "}
          <span class="wrong">
            each comes before the next, and the last before the first
          </span>
        </h2>
        <p class="small grey">
          {[...new Set(edges.map(({ kind }) => kind))].map((kind) =>
            `${kind}: ${kinds[kind] ?? ""}`
          ).join("; ")}. What the cycle is about stands in bold.
        </p>
      </div>
      <div class="ring">
        <div style={{ width: ring.width, height: ring.height }}>
          <svg width={ring.width} height={ring.height} aria-hidden="true">
            <defs>
              <marker
                id="head"
                viewBox="0 0 8 8"
                refX="8"
                refY="4"
                markerWidth="8"
                markerHeight="8"
                orient="auto"
              >
                <path d="M0 0L8 4L0 8z" />
              </marker>
            </defs>
            {ring.arrows.map(({ x1, y1, x2, y2 }, i) => (
              <line
                key={i}
                class={edges[i].kind}
                {...{ x1, y1, x2, y2 }}
                marker-end="url(#head)"
              />
            ))}
          </svg>
          {ring.boxes.map(({ x, y }, i) => (
            <div key={i} class="place" style={{ left: x, top: y, width: BOX }}>
              <Box
                transaction={transactions[i]}
                most={LINES}
                {...{ run, actions }}
              />
            </div>
          ))}
          {ring.arrows.map(({ label: { x, y, side } }, i) => (
            <p
              key={i}
              class={`reason ${side}`}
              style={{ left: x, top: y }}
            >
              <b>{edges[i].kind}</b> {edges[i].why}
            </p>
          ))}
        </div>
      </div>
      <details>
        <summary>The same as a table</summary>
        <table>
          <thead>
            <tr>
              <th>before</th>
              <th>after</th>
              <th>edge</th>
              <th>because</th>
            </tr>
          </thead>
          <tbody>
            {edges.map(({ from, to, kind, why }, i) => (
              <tr key={i}>
                <td>
                  {transactions[from].name}, {whatOf(transactions[from])}
                </td>
                <td>{transactions[to].name}, {whatOf(transactions[to])}</td>
                <td>{kind}</td>
                <td>{why}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </>
  );
}

const whatOf = ({ micros }: Transaction) =>
  micros.map(({ text }) => text).join(", ");

/** They are a list, so they are their own table. */
function InTime({ story, run, actions }: StoryProps) {
  const { anomaly, why = "", transactions } = story;
  return (
    <>
      <div class="caption">
        <h2 class="wrong">{anomaly}</h2>
        <p>{why}</p>
      </div>
      <ol class="in-time">
        {transactions.map((transaction) => (
          <li key={transaction.operation}>
            <Box transaction={transaction} most={60} {...{ run, actions }} />
          </li>
        ))}
      </ol>
    </>
  );
}

function Box({ transaction, most, run, actions }: {
  readonly transaction: Transaction;
  readonly most: number;
  readonly run: RunDocument;
  readonly actions: Actions;
}) {
  const { operation, name, micros } = transaction;
  const { shown, omitted } = shortened(micros, most);
  const { start, client, node, type } = run.operations[operation];
  return (
    <button
      type="button"
      class="transaction"
      onClick={() => actions.show({ kind: "operation", at: operation })}
    >
      <span class="small">
        <b>{name}</b> {moment(start)}, {run.clients[client]?.name}
        {node && `, ${node}`}
        {type === "fail" && <span class="wrong">, failed</span>}
        {(type === "info" || type === "open") && ", end not known"}
      </span>
      {shown.map(({ text, isAtIssue }, i) => (
        <code key={i}>
          {isAtIssue ? <strong>{text}</strong> : text}
        </code>
      ))}
      {omitted > 0 && <code class="grey">… {omitted} more</code>}
    </button>
  );
}
