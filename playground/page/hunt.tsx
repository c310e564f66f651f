/**
 * Runs many seeds, shows what came of each, and makes a failing one smaller.
 *
 * @module
 */
import { type ComponentChildren } from "preact";
import { useEffect, useMemo, useReducer, useRef, useState } from "preact/hooks";
import { type SimulatedRun } from "../../workbench/run_options.ts";
import { type Hunter } from "../run/hunter.ts";
import { type Plan, planFor, runOf } from "../run/plan.ts";
import { type ProgramSource } from "../run/protocol.ts";
import {
  isSame,
  kindsOf,
  progressOf,
  type Search,
  wordOf,
} from "../run/search.ts";
import {
  changeOf,
  type Shrinking,
  sizeInWords,
  sizeOf,
} from "../run/shrinking.ts";
import { CommandLine } from "./command.tsx";
import { focusIfLost, Squares } from "./squares.tsx";

/** So many seeds at most: each is a square. */
const MOST = 10_000;
/** So often at most it is drawn anew, in ms: nobody looks faster. */
const OFTEN = 100;
/** Of each kind of failure so many seeds are named. */
const NAMED = 8;

interface Props {
  readonly hunter: Hunter;
  /** What is in the playground now. */
  readonly plan: Plan;
  readonly source: ProgramSource;
  /**
   * Shows a run in the playground.
   *
   * @param from only if that is what is there still
   */
  readonly open: (run: SimulatedRun, from?: Plan) => void;
}

export function Hunt(props: Props) {
  const { hunter, plan, source, open } = props;
  useHunter(hunter);
  const [count, setCount] = useState("200");
  const [stopsAtFirst, setStopsAtFirst] = useState(false);
  const { search, chosen, shrinking } = hunter;
  const shrunk = shrinking && search?.placeOf(shrinking.from);
  const run = baseOf(plan, hunter);
  const verdict = chosen === undefined ? undefined : search?.verdicts[chosen];
  return (
    <div class="hunt">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          hunter.hunt(source, { run, count: Number(count), stopsAtFirst });
        }}
      >
        <label>
          Seeds{" "}
          <input
            type="number"
            {...{ required: true, min: 1, max: MOST, step: 1, value: count }}
            onInput={({ currentTarget: { value } }) => setCount(value)}
          />
        </label>
        <label>
          <input
            type="checkbox"
            checked={stopsAtFirst}
            onChange={({ currentTarget: { checked } }) =>
              setStopsAtFirst(checked)}
          />{" "}
          stop at the first that is invalid
        </label>
        <button type="submit" class="run">Hunt</button>
        {search && !search.isOver && (
          <button
            type="button"
            class="act"
            onClick={() => hunter.stop()}
          >
            Stop
          </button>
        )}
      </form>
      {search === undefined
        ? (
          <p class="grey lead">
            The same program and the same dials, with one seed after the other:
            {" "}
            {run.seed}/1,{" "}
            {run.seed}/2 and so on. Each seed is another chance: other
            latencies, other messages lost, other faults. What fails once in a
            hundred runs is found here, and each square can be seen again.
          </p>
        )
        : (
          <>
            <Progress search={search} />
            <Changes hunter={hunter} run={run} source={source} />
            <Squares
              hunter={hunter}
              search={search}
              open={(at) => open(search.seedOf(at))}
            />
            <Kinds
              search={search}
              open={(at) => {
                hunter.choose(at);
                open(search.seedOf(at));
              }}
              shrink={(at) => {
                hunter.choose(at);
                shrink(props, search.seedOf(at));
              }}
            />
          </>
        )}
      {search && chosen !== undefined && verdict && verdict.valid !== true &&
        chosen !== shrunk && (
        <section class="chosen" aria-label="The chosen seed">
          <h2>{search.seedOf(chosen).seed}: {wordOf(verdict)}</h2>
          {verdict.explanation.slice(0, 3).map((it) => <p key={it}>{it}</p>)}
          <p class="acts">
            <button
              type="button"
              class="act"
              onClick={() =>
                open(search.seedOf(chosen))}
            >
              See it
            </button>
            <button
              type="button"
              class="act"
              onClick={() =>
                shrink(props, search.seedOf(chosen))}
            >
              Shrink it
            </button>
          </p>
        </section>
      )}
      {shrinking && (!shrinking.isOver || chosen === shrunk) && (
        <section class="chosen" aria-label="Smaller and smaller">
          <Smaller {...props} shrinking={shrinking} />
        </section>
      )}
    </div>
  );
}

/** Above a run that a hunt has found: where it stands, and what is next. */
export function Hunted({ back, ...props }: Props & {
  /** To all seeds. */
  readonly back: () => void;
}) {
  const { hunter, plan, open } = props;
  useHunter(hunter);
  const { search, shrinking } = hunter;
  const run = runOf(plan);
  const ref = useRef<HTMLElement>(null);
  // What had the focus, a square, is gone.
  useEffect(() => focusIfLost(ref.current), []);
  const all = (
    <button type="button" class="link" onClick={back}>all seeds</button>
  );
  const isShrinking = shrinking !== undefined &&
    [shrinking.from, ...shrinking.found.slice(-1).map((it) => it.run)]
      .some((it) => isSame(it, run));
  if (isShrinking) {
    return (
      <section
        ref={ref}
        tabIndex={-1}
        class="hunted"
        aria-label="Smaller and smaller"
      >
        <Smaller {...props} shrinking={shrinking} beside={all} />
      </section>
    );
  }
  const at = search?.placeOf(run);
  if (search === undefined || at === undefined) return null;
  const verdict = search.verdicts[at];
  const { failures } = search;
  const go = (to: number | undefined, words: string) => (
    <button
      type="button"
      class="link"
      disabled={to === undefined}
      onClick={() => {
        if (to === undefined) return;
        hunter.choose(to);
        open(search.seedOf(to));
      }}
    >
      {words}
    </button>
  );
  const isFailure = verdict !== undefined && verdict.valid !== true;
  return (
    <section
      ref={ref}
      tabIndex={-1}
      class="hunted row"
      aria-label="From the hunt"
    >
      <p>
        <b>{run.seed}</b>, {isFailure
          ? `failure ${failures.indexOf(at) + 1} of ${failures.length}`
          : `seed ${at + 1} of ${search.count}`} in the hunt{verdict &&
          `: ${wordOf(verdict)}`}
      </p>
      {go(failures.findLast((it) => it < at), "previous failure")}
      {go(failures.find((it) => it > at), "next failure")}
      {isFailure && (
        <button
          type="button"
          class="act"
          onClick={() => shrink(props, run)}
        >
          Shrink it
        </button>
      )}
      {all}
    </section>
  );
}

/** Makes a run smaller, and then shows what is left, to who still waits for it. */
async function shrink(
  { hunter, plan, source, open }: Props,
  run: SimulatedRun,
): Promise<void> {
  const smallest = await hunter.shrink(source, run);
  if (smallest) open(smallest.run, plan);
}

/** The run whose seeds are hunted: of one that a hunt has found, that hunt's. */
function baseOf(plan: Plan, { search, shrinking }: Hunter): SimulatedRun {
  const run: SimulatedRun = { ...runOf(plan), journalHash: undefined };
  if (search === undefined) return run;
  const isFound = search.placeOf(run) !== undefined ||
    shrinking?.found.some((it) => isSame(it.run, run));
  return isFound ? search.run : run;
}

/** Draws again when there is news, but not for each seed. */
function useHunter(hunter: Hunter): void {
  const [, draw] = useReducer((n: number) => n + 1, 0);
  useEffect(() => {
    let last = 0;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const now = () => {
      clearTimeout(timer);
      timer = undefined;
      last = performance.now();
      draw(undefined);
    };
    const forget = hunter.watch(() => {
      if (performance.now() - last > OFTEN) now();
      else timer ??= setTimeout(now, OFTEN);
    });
    return () => {
      clearTimeout(timer);
      forget();
    };
  }, [hunter]);
}

function Progress({ search }: { readonly search: Search }) {
  const { done, count, isOver, trouble, failures } = search;
  const quarter = Math.floor(4 * done / count);
  // What is read aloud must not change with each seed.
  const spoken = useMemo(
    () =>
      isOver
        ? `The hunt is over. ${progressOf(search)}`
        : failures.length > 0
        ? `${quarter * 25} % done, with failures`
        : `${quarter * 25} % done`,
    [search, isOver, quarter, failures.length > 0],
  );
  return (
    <>
      <p class="so-many">
        <progress max={count} value={done} aria-label="Seeds done" />
        <span>{progressOf(search)}</span>
      </p>
      <p class="unseen" role="status">{spoken}</p>
      {trouble !== "" && <p class="trouble" role="alert">{trouble}</p>}
    </>
  );
}

/** What is not any more as it was when the hunt began. */
function Changes({ hunter, run, source }: {
  readonly hunter: Hunter;
  readonly run: SimulatedRun;
  readonly source: ProgramSource;
}) {
  const { search } = hunter;
  if (search === undefined) return null;
  const changed = [
    ...(hunter.source === source ? [] : ["the program"]),
    ...(isSame(search.run, run) ? [] : ["the dials"]),
  ];
  if (changed.length === 0) return null;
  return (
    <p class="grey">
      Since this hunt {changed.join(" and ")}{" "}
      {changed.length > 1 || changed[0] === "the dials" ? "have" : "has"}{" "}
      changed: hunt again to see what comes of that.
    </p>
  );
}

/** Failures by what was found, the most frequent first. */
function Kinds({ search, open, shrink }: {
  readonly search: Search;
  readonly open: (at: number) => void;
  readonly shrink: (at: number) => void;
}) {
  const kinds = kindsOf(search);
  if (kinds.length === 0) {
    return search.isOver && search.done > 0 ? <p>No seed has failed.</p> : null;
  }
  return (
    <table class="kinds">
      <thead>
        <tr>
          <th class="number">seeds</th>
          <th>found</th>
          <th>first seeds</th>
          <th />
        </tr>
      </thead>
      <tbody>
        {kinds.map(([kind, places]) => (
          <tr key={kind}>
            <td class="number">{places.length}</td>
            <td class={kind === "unknown" ? undefined : "wrong"}>{kind}</td>
            <td>
              {places.slice(0, NAMED).map((at) => (
                <button
                  key={at}
                  type="button"
                  class="link"
                  aria-label={`See seed ${at + 1}`}
                  onClick={() => open(at)}
                >
                  {at + 1}
                </button>
              ))}
              {places.length > NAMED && <span class="grey">…</span>}
            </td>
            <td>
              <button
                type="button"
                class="link"
                aria-label={`Shrink seed ${places[0] + 1}`}
                onClick={() => shrink(places[0])}
              >
                shrink the first
              </button>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** A run on its way to a smaller one, step by step. */
function Smaller({ hunter, plan, open, shrinking, beside }: Props & {
  readonly shrinking: Shrinking;
  /** What else can be done; none where the run itself is not shown. */
  readonly beside?: ComponentChildren;
}) {
  const { from, found, runs, isOver, hash, trouble } = shrinking;
  const smallest = found.at(-1);
  const isShown = beside !== undefined && smallest !== undefined &&
    isSame(smallest.run, runOf(plan));
  return (
    <>
      <div class="title">
        <h2>{isOver ? "Shrunk" : "Shrinking"} {from.seed}</h2>
        <span>{isOver ? `in ${runs} runs` : `run ${runs} …`}</span>
        {!isOver && (
          <button
            type="button"
            class="act"
            onClick={() => hunter.stopShrinking()}
          >
            Stop
          </button>
        )}
        {smallest && isOver && (isShown
          ? (
            <button type="button" class="link" onClick={() => open(from)}>
              as it was before
            </button>
          )
          : (
            <button
              type="button"
              class="act"
              onClick={() => open(smallest.run)}
            >
              See the smallest
            </button>
          ))}
        {beside}
      </div>
      {trouble && <p role="status">{trouble}</p>}
      {smallest && (
        <p role="status">
          {found.length === 1
            ? `${
              isOver ? "Nothing smaller fails" : "So far nothing smaller fails"
            }: ${sizeInWords(smallest)}.`
            : (
              <>
                From {sizeInWords(found[0])} to <b>{sizeInWords(smallest)}</b>.
              </>
            )}
        </p>
      )}
      {found.length > 1 && (
        <details open={!isOver || !isShown}>
          <summary>step by step</summary>
          <Steps found={found} />
        </details>
      )}
      {smallest && isOver && !isShown && (
        <>
          {smallest.verdict.explanation.slice(0, 2).map((it) => (
            <p key={it}>{it}</p>
          ))}
          <CommandLine plan={planFor(plan, smallest.run)} hash={hash} />
        </>
      )}
    </>
  );
}

function Steps({ found }: { readonly found: Shrinking["found"] }) {
  const sizes = found.map(sizeOf);
  const hasSteps = sizes.some(({ steps }) => steps > 0);
  const columns = [
    ["nodes", "nodes"],
    ["time", "time, s"],
    ["operations", "operations"],
    ["faults", "faults"],
    ...(hasSteps ? [["steps", "by hand"] as const] : []),
  ] as const;
  const scroller = useRef<HTMLDivElement>(null);
  // The newest is what is looked at.
  useEffect(() => {
    const { current } = scroller;
    if (current) current.scrollTop = current.scrollHeight;
  }, [found.length]);
  return (
    <div
      ref={scroller}
      class="steps"
      tabIndex={0}
      role="group"
      aria-label="Steps"
    >
      <table>
        <thead>
          <tr>
            {columns.map(([key, words]) => (
              <th key={key} class="number">{words}</th>
            ))}
            <th />
          </tr>
        </thead>
        <tbody>
          {sizes.map((size, i) => (
            <tr key={i}>
              {columns.map(([key]) => (
                <td
                  key={key}
                  class={sizes[i - 1]?.[key] === size[key]
                    ? "number grey"
                    : "number"}
                >
                  {size[key]}
                </td>
              ))}
              <td class="grey">
                {i === 0
                  ? "as it failed"
                  : changeOf(found[i - 1].run, found[i].run)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
