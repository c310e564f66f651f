/**
 * The whole page around one run.
 *
 * @module
 */
import { type ComponentChildren } from "preact";
import { useCallback, useEffect, useMemo, useState } from "preact/hooks";
import {
  type Finding,
  type RunDocument,
  type Standard,
} from "../run/document.ts";
import { cone, type Lit } from "../scene/causality.ts";
import { type Scene, sceneOf, type Selection } from "../scene/scene.ts";
import { spreadOf } from "../scene/spread.ts";
import { around, pan, type View, whole, zoom } from "../scene/view.ts";
import { Diagram } from "./diagram.tsx";
import { shownBy } from "./filter.ts";
import { Minimap } from "./minimap.tsx";
import { Panel } from "./panel.tsx";
import { Tabs } from "./tabs.tsx";

/** What the parts of the page can do. */
export interface Actions {
  look(view: View): void;
  select(selection: Selection | undefined): void;
  /** Chooses something, and brings it into view. */
  show(selection: Selection): void;
}

export function Report({ run }: { readonly run: RunDocument }) {
  const scene = useMemo(() => sceneOf(run), [run]);
  const [view, look] = useState<View>(() => opening(scene));
  const [selection, select] = useState<Selection | undefined>(() =>
    firstWrong(run)
  );
  const [lighting, light] = useState<Lighting>(() =>
    run.findings[0]?.subject === undefined ? "all" : "value"
  );
  const [filter, setFilter] = useState("");
  const [finding, setFinding] = useState(0);
  const subject = run.findings[finding]?.subject;
  const lit = useMemo(
    () => litBy(lighting, scene, selection, subject),
    [scene, selection, lighting, subject],
  );
  const shown = useMemo(() => shownBy(filter, run), [filter, run]);
  const wrong = useMemo(
    () => new Set(run.findings.flatMap(({ operations }) => operations)),
    [run],
  );
  const actions = useMemo((): Actions => ({
    look,
    select,
    show(selection) {
      select(selection);
      look(around(timesOf(run, selection), run.duration));
    },
  }), [run]);

  const press = useCallback((event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target instanceof HTMLInputElement) {
      if (event.key === "Escape") event.target.blur();
      return;
    }
    const middle = (view.start + view.end) / 2;
    const step = (view.end - view.start) * 0.2;
    const { duration } = run;
    const keys: Record<string, () => void> = {
      w: () => look(zoom(view, 0.7, middle, duration)),
      s: () => look(zoom(view, 1 / 0.7, middle, duration)),
      a: () => look(pan(view, -step, duration)),
      d: () => look(pan(view, step, duration)),
      ArrowLeft: () => look(pan(view, -step, duration)),
      ArrowRight: () => look(pan(view, step, duration)),
      0: () => look(whole(duration)),
      c: () => light((it) => it === "cone" ? "all" : "cone"),
      v: () => light((it) => it === "value" ? "all" : "value"),
      Escape: () => lighting === "all" ? select(undefined) : light("all"),
      "/": () => document.getElementById("filter")?.focus(),
    };
    const act = keys[event.key];
    if (act === undefined) return;
    event.preventDefault();
    act();
  }, [view, run, lighting]);
  useEffect(() => {
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  }, [press]);

  return (
    <>
      <Head run={run} />
      <Findings
        run={run}
        at={finding}
        go={setFinding}
        actions={actions}
      />
      <div class="bar">
        <label>
          Filter{" "}
          <input
            id="filter"
            type="search"
            placeholder="node, type, key, value, text"
            value={filter}
            onInput={(event) => setFilter(event.currentTarget.value)}
          />
        </label>
        <span role="group" aria-label="What is lit" class="choice">
          <Choice now={lighting} it="all" choose={light}>All</Choice>
          <Choice now={lighting} it="cone" choose={light}>
            Before and after (c)
          </Choice>
          {subject !== undefined && (
            <Choice now={lighting} it="value" choose={light}>
              The way of {String(subject)} (v)
            </Choice>
          )}
        </span>
        <button
          type="button"
          class="link"
          onClick={() => look(whole(run.duration))}
        >
          Whole run (0)
        </button>
        <span class="grey">w a s d or wheel: zoom and move</span>
      </div>
      <div class="stage">
        <Diagram
          scene={scene}
          view={view}
          looks={{ selection, light: lit, shown, wrong }}
          actions={actions}
        />
        <Panel scene={scene} selection={selection} actions={actions} />
      </div>
      <Minimap scene={scene} view={view} look={look} wrong={wrong} />
      <Tabs run={run} view={view} actions={actions} />
    </>
  );
}

/** On the fault if there is one, else on all. */
function opening(scene: Scene): View {
  const { run, events } = scene;
  const [finding] = run.findings;
  const [at] = finding?.operations ?? [];
  if (at === undefined) return whole(run.duration);
  const { start, end = start } = run.operations[at];
  if (finding.subject === undefined || events === undefined) {
    return around([start, end], run.duration);
  }
  // How far it came, as far as that can be seen at once.
  const { messages, lanes } = spreadOf(events, finding.subject);
  const { sent } = events.messages;
  const carried = sent.filter((time, i) =>
    messages[i] === 1 && time < start + FIRST_SIGHT
  );
  const known = lanes.flatMap((spans) => spans.map(({ start }) => start))
    .filter((time) => time < start + FIRST_SIGHT);
  return around([start, end, ...carried, ...known], run.duration);
}

/** What came of a value later than this is not shown at first, in ms. */
const FIRST_SIGHT = 3000;

function firstWrong(run: RunDocument): Selection | undefined {
  const at = run.findings[0]?.operations[0];
  return at === undefined ? undefined : { kind: "operation", at };
}

/** When it began and ended. */
export function timesOf(run: RunDocument, { kind, at }: Selection): number[] {
  if (kind === "message") {
    const { sent, ended } = run.messages ?? { sent: [], ended: [] };
    return [sent[at], Number.isNaN(ended[at]) ? sent[at] : ended[at]];
  }
  const { start, end = run.duration } = kind === "operation"
    ? run.operations[at]
    : run.faults[at];
  return [start, end];
}

/** What is lit: all, what hangs together with the chosen, or a value's way. */
type Lighting = "all" | "cone" | "value";

function Choice({ now, it, choose, children }: {
  readonly now: Lighting;
  readonly it: Lighting;
  readonly choose: (it: Lighting) => void;
  readonly children: ComponentChildren;
}) {
  return (
    <button
      type="button"
      aria-pressed={now === it}
      onClick={() => choose(it)}
    >
      {children}
    </button>
  );
}

function litBy(
  lighting: Lighting,
  scene: Scene,
  selection: Selection | undefined,
  subject: string | number | undefined,
): Lit | undefined {
  const { events } = scene;
  if (events === undefined || lighting === "all") return undefined;
  if (lighting === "value") {
    return subject === undefined ? undefined : spreadOf(events, subject);
  }
  if (selection === undefined || selection.kind === "fault") return undefined;
  const { kind, at } = selection;
  const { run, lanes } = scene;
  if (kind === "message") {
    const { from, to, messages: { sent, ended } } = events;
    if (from[at] < 0) return undefined;
    const start = { lane: from[at], time: sent[at] };
    const end = to[at] < 0 || Number.isNaN(ended[at])
      ? start
      : { lane: to[at], time: ended[at] };
    return cone(events, start, end);
  }
  const { node = "", start, end = start } = run.operations[at];
  const lane = lanes.byId.get(node);
  if (lane === undefined) return undefined;
  // What it read was there before its end; what it wrote, from its begin on.
  return cone(events, { lane, time: end }, { lane, time: start });
}

function Head({ run }: { readonly run: RunDocument }) {
  const { valid, workload, nodes, figures } = run;
  const word = valid === true ? "Valid" : valid ? "Unknown" : "Invalid";
  return (
    <header
      class={`head ${word.toLowerCase()}`}
    >
      <h1>
        <span class="word">{word}</span>: {workload}, {nodes.length} node
        {nodes.length === 1 ? "" : "s"}
      </h1>
      <div class="figures">
        {figures.map(({ name, value, unit, beside }) => (
          <span key={name}>
            {name} <b>{value.toFixed(unit === "ms" ? 0 : 2)} {unit}</b>
            {beside.map((it) => (
              <Held key={it.challenge} value={value} against={it} />
            ))}
          </span>
        ))}
      </div>
    </header>
  );
}

/** What fly.io asks for, and what others reached. */
function Held({ value, against: { challenge, asked, best } }: {
  readonly value: number;
  readonly against: Standard;
}) {
  const isMissed = asked !== undefined && !(value < asked);
  const words = [
    ...asked === undefined
      ? []
      : [`below ${asked}${isMissed ? ", missed" : ""}`],
    ...best === undefined ? [] : [`best published ${best}`],
  ];
  return (
    <span class={isMissed ? "wrong" : undefined}>
      {` (${challenge}: ${words.join("; ")})`}
    </span>
  );
}

function Findings({ run, at, go, actions }: {
  readonly run: RunDocument;
  readonly at: number;
  readonly go: (at: number) => void;
  readonly actions: Actions;
}) {
  const { findings } = run;
  const finding: Finding | undefined = findings[at];
  if (finding === undefined) return null;
  return (
    <section class="findings" aria-label="What was found">
      <div style="flex: 1">
        <p>
          {finding.type && !finding.text.includes(finding.type) && (
            <span class="type">{finding.type}.</span>
          )}
          <Linked text={finding.text} run={run} actions={actions} />
        </p>
      </div>
      {findings.length > 1 && (
        <div class="pager">
          <button
            type="button"
            aria-label="Previous finding"
            onClick={() => go((at + findings.length - 1) % findings.length)}
          >
            ‹
          </button>
          {at + 1} of {findings.length}
          <button
            type="button"
            aria-label="Next finding"
            onClick={() => go((at + 1) % findings.length)}
          >
            ›
          </button>
        </div>
      )}
    </section>
  );
}

/** A sentence whose operations are links. */
function Linked({ text, run, actions }: {
  readonly text: string;
  readonly run: RunDocument;
  readonly actions: Actions;
}) {
  const parts = text.split(/(\bop \d+\b)/);
  return parts.map((part, i) => {
    const [, index] = /^op (\d+)$/.exec(part) ?? [];
    const at = index === undefined ? -1 : operationAt(run, Number(index));
    if (at < 0) return part;
    return (
      <button
        key={i}
        type="button"
        class="link"
        onClick={() => actions.show({ kind: "operation", at })}
      >
        {part}
      </button>
    );
  });
}

/** The operation that an event of the history begins or ends. */
function operationAt({ operations }: RunDocument, index: number): number {
  return operations.findIndex((it) =>
    it.index === index || it.completed === index
  );
}
