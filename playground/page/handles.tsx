/**
 * What a hand can do to the cluster at the playhead's moment, and what one sees
 * of what it is done to.
 *
 * @module
 */
import { type ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { type RunDocument } from "../../viewer/run/document.ts";
import { type FaultStep } from "../../workbench/cluster/fault_script.ts";
import { cutKey, mailOf, type NodeState, stateAt } from "../run/playback.ts";
import { type Target } from "../run/ring.ts";
import { type Player } from "./player.ts";
import { nameOf } from "./ring.tsx";
import { usePlayhead } from "./transport.tsx";

/** What is done, but for when. */
export type Deed = FaultStep extends infer S
  ? S extends FaultStep ? Omit<S, "at"> : never
  : never;

interface Props {
  readonly run: RunDocument;
  readonly player: Player;
  readonly chosen: Target | undefined;
  readonly choose: (target: Target | undefined) => void;
  readonly act: (deed: Deed) => void;
}

/** Messages that are listed of a node. */
const MOST = 12;

export function Handles(props: Props) {
  usePlayhead(props.player);
  const { chosen } = props;
  if (chosen === undefined) return <Everybody {...props} />;
  return (
    <section class="handles" aria-label="What is chosen in the ring">
      <h2>
        {nameOf(props.run, chosen)}
        <button
          type="button"
          class="link"
          onClick={() => props.choose(undefined)}
        >
          all nodes
        </button>
      </h2>
      {chosen.kind === "node"
        ? <OneNode {...props} node={chosen.node} />
        : chosen.kind === "link"
        ? <OneLink {...props} link={chosen.link} />
        : <OneMessage {...props} message={chosen.message} />}
    </section>
  );
}

const words: Readonly<Record<NodeState, string>> = {
  up: "is up",
  down: "is down",
  paused: "is paused",
};

function Everybody({ run, player, choose }: Props) {
  const { nodes } = stateAt(run, player.time);
  return (
    <section class="handles" aria-label="Nodes">
      <p class="grey">
        Click a node, a link or a message in the ring to see it, and to make
        trouble at this moment.
      </p>
      <ul class="nodes">
        {[...nodes].map(([node, state]) => (
          <li key={node}>
            <button
              type="button"
              class={state === "up" ? undefined : "fault"}
              onClick={() => choose({ kind: "node", node })}
            >
              {node}
              {state !== "up" && ` ${words[state]}`}
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Act({ children, act }: {
  readonly children: ComponentChildren;
  readonly act: () => void;
}) {
  return <button type="button" class="act" onClick={act}>{children}</button>;
}

function OneNode({ run, player, act, node, choose }: Props & {
  readonly node: string;
}) {
  const { nodes } = stateAt(run, player.time);
  const state = nodes.get(node) ?? "up";
  return (
    <>
      <p class="acts">
        {state === "down"
          ? <Act act={() => act({ do: "start", node })}>Start again</Act>
          : <Act act={() => act({ do: "kill", node })}>Kill</Act>}
        {state === "paused"
          ? <Act act={() => act({ do: "resume", node })}>Resume</Act>
          : state === "up" &&
            <Act act={() => act({ do: "pause", node })}>Pause</Act>}
        {state !== "down" && (
          <Amount
            label="Clock, ms"
            verb="Skew"
            first={-1000}
            act={(by) => act({ do: "skew", node, by })}
          />
        )}
      </p>
      <p class="acts">
        {run.nodes.filter((it) => it !== node).map((other) => (
          <LinkButton
            key={other}
            {...{ run, player, act }}
            link={[node, other]}
            label={other}
          />
        ))}
      </p>
      <Mailbox {...{ run, player, node, choose }} />
    </>
  );
}

/** Cuts a link, or heals it. */
function LinkButton({ run, player, act, link, label }: {
  readonly run: RunDocument;
  readonly player: Player;
  readonly act: Props["act"];
  readonly link: readonly [string, string];
  readonly label?: string;
}) {
  const { cut } = stateAt(run, player.time);
  const [a, b] = link;
  const isCut = cut.has(cutKey(a, b)) || cut.has(cutKey(b, a));
  const verb = isCut ? "Heal" : "Cut";
  return (
    <Act act={() => act({ do: isCut ? "heal" : "cut", link })}>
      {label === undefined ? verb : `${verb} from ${label}`}
    </Act>
  );
}

function OneLink({ run, player, act, link }: Props & {
  readonly link: readonly [string, string];
}) {
  return (
    <p class="acts">
      <LinkButton {...{ run, player, act, link }} />
    </p>
  );
}

function OneMessage({ run, player, act, message }: Props & {
  readonly message: number;
}) {
  const { messages } = run;
  const id = messages?.ids?.[message];
  if (messages === undefined || id === undefined) return null;
  const { sent, ended, bodies } = messages;
  const isUnderWay = sent[message] <= player.time &&
    !(ended[message] <= player.time);
  return (
    <>
      {isUnderWay
        ? (
          <p class="acts">
            <Act act={() => act({ do: "drop", message: id })}>Drop</Act>
            <Act act={() => act({ do: "duplicate", message: id })}>
              Duplicate
            </Act>
            <Amount
              label="By ms"
              verb="Delay"
              first={500}
              least={0}
              act={(by) => act({ do: "delay", message: id, by })}
            />
          </p>
        )
        : <p class="grey">It is not under way at this moment.</p>}
      <p>
        Sent at {(sent[message] / 1000).toFixed(3)} s
        {!Number.isNaN(ended[message]) &&
          `, ended at ${(ended[message] / 1000).toFixed(3)} s`}
      </p>
      <pre>{bodies[message]}</pre>
    </>
  );
}

/** A deed with a number. */
function Amount({ label, verb, first, least, act }: {
  readonly label: string;
  readonly verb: string;
  readonly first: number;
  readonly least?: number;
  readonly act: (by: number) => void;
}) {
  const [by, set] = useState(first);
  return (
    <span class="amount">
      <Act act={() => act(by)}>{verb}</Act>
      <input
        type="number"
        aria-label={label}
        value={by}
        min={least}
        step={100}
        onChange={({ currentTarget: { valueAsNumber } }) =>
          Number.isFinite(valueAsNumber) && set(valueAsNumber)}
      />
      {" ms"}
    </span>
  );
}

function Mailbox({ run, player, node, choose }: {
  readonly run: RunDocument;
  readonly player: Player;
  readonly node: string;
  readonly choose: Props["choose"];
}) {
  const { messages } = run;
  if (messages === undefined) return null;
  const { time } = player;
  const { inbox, last } = mailOf(messages, node, time, MOST);
  const { names, types, from, to, type, ended, bodies } = messages;
  const row = (message: number, when: string, way: string) => (
    <li key={`${message} ${when}`}>
      <button
        type="button"
        title={bodies[message]}
        onClick={() =>
          choose({ kind: "message", message })}
      >
        <span class="when">{when}</span> {types[type[message]]} {way}
      </button>
    </li>
  );
  return (
    <>
      <h3>Inbox: {inbox.length}</h3>
      <ul class="mail">
        {inbox.slice(0, MOST).map((it) =>
          row(
            it,
            Number.isNaN(ended[it])
              ? "waits"
              : `in ${(ended[it] - time).toFixed(0)} ms`,
            `from ${names[from[it]]}`,
          )
        )}
      </ul>
      <h3>Last messages</h3>
      <ul class="mail">
        {last.map(({ message, at }) =>
          row(
            message,
            `${(at / 1000).toFixed(3)} s`,
            names[to[message]] === node
              ? `from ${names[from[message]]}`
              : `to ${names[to[message]]}`,
          )
        )}
      </ul>
    </>
  );
}
