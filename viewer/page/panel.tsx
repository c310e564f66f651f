/**
 * What was chosen, in words.
 *
 * @module
 */
import { fates, type RunDocument } from "../run/document.ts";
import { effectsOf } from "../scene/causality.ts";
import { exchangeOf } from "../scene/exchange.ts";
import { type Scene, type Selection } from "../scene/scene.ts";
import { cutOffAt } from "../scene/bands.ts";
import { tollOf } from "../scene/toll.ts";
import { Traffic } from "../scene/traffic.ts";
import { nameOf } from "../scene/words.ts";
import { type Actions } from "./viewer.tsx";

const seconds = (ms: number) => `${(ms / 1000).toFixed(4)} s`;

export function Panel({ scene, selection, actions }: {
  readonly scene: Scene;
  readonly selection: Selection | undefined;
  readonly actions: Actions;
}) {
  return (
    <aside class="panel" aria-live="polite" aria-label="What is chosen">
      {selection === undefined
        ? (
          <p class="grey">
            Click a message, an operation or a fault to see what it is.
          </p>
        )
        : selection.kind === "message"
        ? <Message scene={scene} at={selection.at} actions={actions} />
        : selection.kind === "operation"
        ? (
          <>
            <OperationText run={scene.run} at={selection.at} />
            <Exchange scene={scene} at={selection.at} actions={actions} />
          </>
        )
        : <FaultText run={scene.run} at={selection.at} />}
    </aside>
  );
}

function Message({ scene, at, actions }: {
  readonly scene: Scene;
  readonly at: number;
  readonly actions: Actions;
}) {
  const { events } = scene;
  if (events === undefined) return null;
  const { names, from, to, type, types, sent, ended, fate, bodies } =
    events.messages;
  const name = (i: number) =>
    `${types[type[i]]}, ${names[from[i]]} → ${names[to[i]]}`;
  const before = Traffic.of(events).receivedBefore(at, 5);
  const partitions = scene.run.faults.flatMap((
    { start, end = Infinity, unheard },
    i,
  ) =>
    unheard?.[names[to[at]]]?.includes(names[from[at]]) &&
      start <= sent[at] && sent[at] <= end
      ? [i]
      : []
  );
  const effects = effectsOf(events, at).slice(0, 12);
  const link = (i: number) => (
    <button
      type="button"
      class="link"
      onClick={() => actions.select({ kind: "message", at: i })}
    >
      {name(i)}, {seconds(sent[i])}
    </button>
  );
  return (
    <>
      <section>
        <h2>{name(at)}</h2>
        <dl>
          <dt>sent</dt>
          <dd>{seconds(sent[at])}</dd>
          <dt>{fates[fate[at]]}</dt>
          <dd>
            {Number.isNaN(ended[at])
              ? ""
              : `${seconds(ended[at])}, after ${
                (ended[at] - sent[at]).toFixed(1)
              } ms`}
          </dd>
        </dl>
        {partitions.map((i) => (
          <p key={i}>
            <button
              type="button"
              class="link"
              onClick={() => actions.select({ kind: "fault", at: i })}
            >
              {cutOffAt(scene.run.faults[i], names[to[at]])}
            </button>
          </p>
        ))}
        <pre>{pretty(bodies[at])}</pre>
      </section>
      {before.length > 0 && (
        <section>
          <h2>What its sender had received before, latest first</h2>
          <ul>{before.map((i) => <li key={i}>{link(i)}</li>)}</ul>
        </section>
      )}
      {effects.length > 0 && (
        <section>
          <h2>What the receiver sent upon it</h2>
          <ul>{effects.map((i) => <li key={i}>{link(i)}</li>)}</ul>
        </section>
      )}
    </>
  );
}

/** A body over several lines, if it is JSON. */
export function pretty(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body), null, 1);
  } catch {
    return body;
  }
}

function OperationText({ run, at }: {
  readonly run: RunDocument;
  readonly at: number;
}) {
  const { f, value, result, omitted, error, type, start, end, node, process } =
    run.operations[at];
  const show = (it: unknown) => it === undefined ? "" : JSON.stringify(it);
  return (
    <section>
      <h2>{f}, by process {process} at {node}</h2>
      <dl>
        <dt>from</dt>
        <dd>{seconds(start)}</dd>
        <dt>to</dt>
        <dd>
          {end === undefined
            ? "it had not ended when the run did"
            : `${seconds(end)}, after ${(end - start).toFixed(1)} ms`}
        </dd>
        <dt>ended</dt>
        <dd>
          {type === "info" ? "unknown: it may have happened" : type}
        </dd>
        {value !== undefined && value !== null && (
          <>
            <dt>asked</dt>
            <dd>{show(value)}</dd>
          </>
        )}
        {type === "ok" && (
          <>
            <dt>answer</dt>
            <dd>
              {omitted === undefined
                ? show(result)
                : `${omitted} elements, left out of this page`}
            </dd>
          </>
        )}
        {error !== undefined && (
          <>
            <dt>error</dt>
            <dd>{show(error)}</dd>
          </>
        )}
      </dl>
    </section>
  );
}

function FaultText({ run, at }: {
  readonly run: RunDocument;
  readonly at: number;
}) {
  const { f, byHand, why, start, end, label, unheard } = run.faults[at];
  const isPoint = start === end;
  return (
    <section>
      <h2>
        {why ? "stopped by itself" : byHand ? `${f}, by hand` : f}
      </h2>
      <dl>
        <dt>{isPoint ? "at" : "from"}</dt>
        <dd>{seconds(start)}</dd>
        {!isPoint && (
          <>
            <dt>to</dt>
            <dd>{end === undefined ? "the end" : seconds(end)}</dd>
          </>
        )}
        <dt>{isPoint ? "what" : "whom"}</dt>
        <dd>{label || "nobody"}</dd>
        {!isPoint && (
          <>
            <dt>messages</dt>
            <dd>{tollOf(run, at)} that it kept from arriving</dd>
          </>
        )}
      </dl>
      {unheard && (
        <table>
          <caption>Who does not hear whom</caption>
          <tbody>
            {Object.entries(unheard).map(([node, others]) => (
              <tr key={node}>
                <th scope="row">{node}</th>
                <td>{others.join(" ")}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

/** An operation's requests and replies. */
function Exchange({ scene, at, actions }: {
  readonly scene: Scene;
  readonly at: number;
  readonly actions: Actions;
}) {
  const messages = exchangeOf(scene, at).slice(0, 12);
  if (messages.length === 0) return null;
  return (
    <section>
      <h2>Its request, and what was answered</h2>
      <ul>
        {messages.map((i) => (
          <li key={i}>
            <button
              type="button"
              class="link"
              onClick={() => actions.select({ kind: "message", at: i })}
            >
              {nameOf(scene, { kind: "message", at: i })}
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
