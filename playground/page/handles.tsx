/**
 * What a hand can do to the cluster at the playhead's moment, and what one sees
 * of what it is done to.
 *
 * @module
 */
import { type ComponentChildren } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { pretty } from "../../viewer/page/panel.tsx";
import { fates, type RunDocument } from "../../viewer/run/document.ts";
import { isClient } from "../../viewer/run/recording.ts";
import { type FaultStep } from "../../workbench/cluster/fault_script.ts";
import { Flights } from "../run/flights.ts";
import { type Target } from "../run/ring.ts";
import { linkKey, type NodeState, States } from "../run/state.ts";
import { NodePanel } from "./node_panel.tsx";
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

export function Handles(props: Props) {
  usePlayhead(props.player);
  const { run, chosen, choose } = props;
  const name = chosen && nameOf(run, chosen);
  const heading = useRef<HTMLHeadingElement>(null);
  // Whoever came by keyboard goes on from here: the button is gone.
  useEffect(() => {
    if (document.activeElement !== document.body) return;
    heading.current?.focus({ preventScroll: true });
  }, [name]);
  if (chosen === undefined) return <Everybody {...props} heading={heading} />;
  return (
    <section
      class="handles"
      aria-label="What is chosen in the ring"
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        event.stopPropagation();
        choose(undefined);
      }}
    >
      <div class="title">
        <h2 ref={heading} tabIndex={-1}>{name}</h2>
        <button type="button" class="link" onClick={() => choose(undefined)}>
          All nodes
        </button>
      </div>
      {chosen.kind === "node"
        ? <OneNode {...props} node={chosen.node} key={chosen.node} />
        : chosen.kind === "link"
        ? <OneLink {...props} link={chosen.link} />
        : (
          <OneMessage
            {...props}
            message={chosen.message}
            key={chosen.message}
          />
        )}
    </section>
  );
}

/** What a node is, in words; nothing of one that has been up all the time. */
const inWords = ({ is, life, byHand }: NodeState): string =>
  [
    ...is === "up" ? [] : [byHand ? `${is} by hand` : is],
    ...life === 1 ? [] : [`life ${life}`],
  ].join(", ");

function Everybody({ run, player, choose, heading }: Props & {
  readonly heading: { readonly current: HTMLHeadingElement | null };
}) {
  const { nodes } = States.of(run).at(player.time);
  return (
    <section class="handles" aria-label="Nodes">
      <h2 ref={heading} tabIndex={-1} class="unseen">Nodes</h2>
      <p class="grey">
        Click a node, a link or a message in the ring to see it, and to make
        trouble at this moment.
      </p>
      <ul class="nodes">
        {[...nodes].map(([node, state]) => (
          <li key={node}>
            <button
              type="button"
              class={state.is === "up"
                ? undefined
                : state.byHand
                ? "fault hand"
                : "fault"}
              onClick={() => choose({ kind: "node", node })}
            >
              {node} <span class="grey">{inWords(state)}</span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Act({ children, act, disabled }: {
  readonly children: ComponentChildren;
  readonly act: () => void;
  readonly disabled?: boolean;
}) {
  return (
    <button type="button" class="act" disabled={disabled} onClick={act}>
      {children}
    </button>
  );
}

function OneNode({ run, player, act, node, choose }: Props & {
  readonly node: string;
}) {
  const others = run.nodes.filter((it) => it !== node);
  const [other, setOther] = useState(others[0]);
  const state = States.of(run).at(player.time).nodes.get(node);
  if (state === undefined) return null;
  const { is } = state;
  const words = inWords(state);
  return (
    <>
      {words !== "" && <p class="state">It is {words}.</p>}
      <p class="acts">
        {is === "down"
          ? <Act act={() => act({ do: "start", node })}>Restart</Act>
          : <Act act={() => act({ do: "kill", node })}>Kill</Act>}
        {is === "paused"
          ? <Act act={() => act({ do: "resume", node })}>Resume</Act>
          : (
            <Act
              disabled={is === "down"}
              act={() => act({ do: "pause", node })}
            >
              Pause
            </Act>
          )}
        {is !== "down" && (
          <Amount
            label="By how many ms its clock jumps"
            verb="Skew its clock"
            first={1000}
            isFitting={(by) => by !== 0}
            act={(by) => act({ do: "skew", node, by })}
          />
        )}
      </p>
      {other !== undefined && (
        <p class="acts">
          <label>
            Link to{" "}
            <select
              value={other}
              onChange={(event) => setOther(event.currentTarget.value)}
            >
              {others.map((it) => <option key={it}>{it}</option>)}
            </select>
          </label>
          <LinkActs {...{ run, player, act }} link={[node, other]} />
        </p>
      )}
      {run.messages && (
        <NodePanel
          messages={run.messages}
          node={node}
          time={player.time}
          choose={(message) => choose({ kind: "message", message })}
        />
      )}
    </>
  );
}

/** Cuts a link, or heals it: what the nemesis cut, a hand can't heal. */
function LinkActs({ run, player, act, link }: {
  readonly run: RunDocument;
  readonly player: Player;
  readonly act: Props["act"];
  readonly link: readonly [string, string];
}) {
  const cut = States.of(run).at(player.time).cuts.get(linkKey(...link));
  return cut?.byHand
    ? <Act act={() => act({ do: "heal", link })}>Heal</Act>
    : (
      <>
        <Act act={() => act({ do: "cut", link })}>Cut</Act>
        {cut && <span class="grey">A partition cuts it now.</span>}
      </>
    );
}

function OneLink({ run, player, act, choose, link }: Props & {
  readonly link: readonly [string, string];
}) {
  return (
    <>
      <p class="acts">
        <LinkActs {...{ run, player, act, link }} />
      </p>
      <p class="acts">
        {link.map((node) => (
          <button
            key={node}
            type="button"
            class="link"
            onClick={() => choose({ kind: "node", node })}
          >
            {node}
          </button>
        ))}
      </p>
    </>
  );
}

function OneMessage({ run, player, act, message }: Props & {
  readonly message: number;
}) {
  const { messages } = run;
  const id = messages?.ids?.[message];
  if (messages === undefined || id === undefined) return null;
  const { names, from, to, sent, ended, fate, bodies } = messages;
  const isUnderWay = Flights.of(messages).isUnderWay(message, player.time);
  const isOfClient = [from, to].some((it) => isClient(names[it[message]]));
  return (
    <>
      {isUnderWay
        ? (
          <p class="acts">
            <Act act={() => act({ do: "drop", message: id })}>Drop</Act>
            {!isOfClient && (
              <Act act={() => act({ do: "duplicate", message: id })}>
                Duplicate
              </Act>
            )}
            <Amount
              label="By how many ms it is later"
              verb="Delay"
              first={500}
              isFitting={(by) => by > 0}
              act={(by) => act({ do: "delay", message: id, by })}
            />
          </p>
        )
        : <p class="grey">It is not under way at this moment.</p>}
      <dl>
        <dt>sent</dt>
        <dd>
          <Moment at={sent[message]} player={player} />
        </dd>
        {!Number.isNaN(ended[message]) && (
          <>
            <dt>{fates[fate[message]]}</dt>
            <dd>
              <Moment at={ended[message]} player={player} />
            </dd>
          </>
        )}
      </dl>
      <pre>{pretty(bodies[message])}</pre>
    </>
  );
}

/** A time, which the playhead goes to. */
function Moment({ at, player }: {
  readonly at: number;
  readonly player: Player;
}) {
  const go = () => {
    player.pause();
    player.seek(at);
  };
  return (
    <button type="button" class="link" onClick={go}>
      {(at / 1000).toFixed(4)} s
    </button>
  );
}

/** A deed with a number. */
function Amount({ label, verb, first, isFitting, act }: {
  /** What the number is. */
  readonly label: string;
  readonly verb: string;
  readonly first: number;
  readonly isFitting: (by: number) => boolean;
  readonly act: (by: number) => void;
}) {
  const [by, set] = useState(first);
  const id = useId();
  return (
    <span class="amount">
      <Act disabled={!isFitting(by)} act={() => act(by)}>{verb}</Act>
      <label for={id}>by</label>
      <input
        id={id}
        type="number"
        aria-label={label}
        value={by}
        step={100}
        onInput={({ currentTarget: { valueAsNumber } }) => set(valueAsNumber)}
      />
      ms
    </span>
  );
}
