/**
 * The lab's page: programs and dials at the left, what they come to at the right.
 *
 * @module
 */
import "../global.ts";
import "../../viewer/older_engines.ts";
import { render } from "preact";
import {
  useCallback,
  useEffect,
  useMemo,
  useRef,
  useState,
} from "preact/hooks";
import { messageOf } from "../../lib/errors.ts";
import { Report } from "../../viewer/page/viewer.tsx";
import { type SimulatedRun } from "../../workbench/run_options.ts";
import { type Catalog } from "../run/catalog.ts";
import { OneOf } from "../../viewer/page/one_of.tsx";
import { Hunter } from "../run/hunter.ts";
import { justAfter } from "../run/playback.ts";
import {
  addressOf,
  ofClaim,
  type Plan,
  planFor,
  planIn,
  planOf,
  programOf,
  runOf,
  turned,
  type View,
  withStep,
} from "../run/plan.ts";
import {
  type Failure,
  type LogLine,
  type Outcome,
  type ProgramSource,
} from "../run/protocol.ts";
import { isSame } from "../run/search.ts";
import { Command } from "./command.tsx";
import { Compare } from "./compare.tsx";
import { Controls } from "./controls.tsx";
import { Deeds } from "./deeds.tsx";
import { type Deed } from "./handles.tsx";
import { Hunt, Hunted } from "./hunt.tsx";
import { findStep, LessonPane } from "./lesson.tsx";
import { Player } from "./player.ts";
import { Programs } from "./programs.tsx";
import { isInLab, useProgramsNow } from "./programs_now.ts";
import { Stage } from "./stage.tsx";
import { JobCancelled, JobFailed, Runner } from "./worker.ts";
import { WorkerPool } from "./worker_pool.ts";

/** What somebody sees who comes without an address. */
const FIRST = "-w broadcast --program broadcast.ts --node-count 5 --rate 10 " +
  "--time-limit 10 --latency 100 --nemesis partition --nemesis-interval 3 " +
  "--seed first";

/** So long nobody turns a dial before the cluster runs again, in ms. */
const REST = 150;

/** What there is to see: of this plan, or of the last that could be run. */
interface Shown {
  readonly plan: Plan;
  /** The same as long as it is the same run but for what a hand did. */
  readonly series: number;
  readonly outcome?: Outcome;
  readonly failure?: Failure;
}

function App({ catalog }: { readonly catalog: Catalog }) {
  const [plan, setPlan] = useState<Plan>();
  const [trouble, setTrouble] = useState("");
  const [shown, setShown] = useState<Shown>();
  const [progress, setProgress] = useState<number>();
  const player = useMemo(() => new Player(), []);
  /** Where the next run is to be shown, in ms. */
  const next = useRef<number>();
  const [moment, setMoment] = useState<{ readonly time: number }>();
  const [pane, setPane] = useState<Pane>(() =>
    location.hash.startsWith("#lesson") ? "lesson" : "program"
  );
  const programs = useProgramsNow(catalog);
  const runner = useMemo(() => {
    const runner = new Runner();
    runner.warm();
    return runner;
  }, []);
  useEffect(() => () => runner.close(), [runner]);
  // Here, so that a hunt goes on while one of its seeds is looked at.
  const hunter = useMemo(
    () => new Hunter((source) => new WorkerPool(source)),
    [],
  );
  useEffect(() => () => {
    hunter.stop();
    hunter.stopShrinking();
  }, [hunter]);

  // The address says what is run, and follows it.
  const written = useRef("");
  useEffect(() => {
    const open = async () => {
      if (location.hash === written.current && written.current !== "") {
        return setTrouble("");
      }
      try {
        const address = /^#lesson\/(.+)$/.exec(location.hash)?.[1];
        const lesson = address === undefined ? undefined : planOfStep(address);
        if (address !== undefined && lesson === undefined) {
          throw new Error(`there is no lesson ${address}`);
        }
        setPlan(
          lesson ?? await planIn(location.hash) ?? planOf(FIRST.split(" ")),
        );
        setTrouble("");
      } catch (error) {
        setTrouble(`This address can't be read: ${messageOf(error)}`);
        setPlan((before) => before ?? planOf(FIRST.split(" ")));
      }
    };
    open();
    addEventListener("hashchange", open);
    return () => removeEventListener("hashchange", open);
  }, []);

  // A file that is saved is run again; others don't matter.
  const main = plan && programOf(plan.run);
  const saved = main === undefined ? undefined : programs[main];
  const latest = useRef(programs);
  latest.current = programs;

  const sourceOf = useCallback((plan: Plan): ProgramSource => ({
    main: programOf(plan.run),
    files: { ...latest.current, ...plan.edits },
  }), []);

  const before = useRef<Shown>();
  const show = useCallback((shown: Shown) => {
    before.current = shown;
    setShown(shown);
  }, []);
  const perform = useCallback(async (plan: Plan) => {
    setProgress(0);
    try {
      const outcome = await runner.run({
        ...{ run: runOf(plan), source: sourceOf(plan), want: "document" },
      }, { progressed: (time) => setProgress(time / 1000) });
      const { document } = outcome;
      const { plan: last, series = 0 } = before.current ?? {};
      // With a step more it is the same run up to that.
      const goesOn = last?.run === plan.run && last.edits === plan.edits;
      if (document) player.load(document, goesOn);
      const time = next.current;
      next.current = undefined;
      if (time !== undefined) player.seek(time);
      setMoment(time === undefined ? undefined : { time });
      show({ plan, outcome, series: goesOn ? series : series + 1 });
    } catch (error) {
      if (error instanceof JobCancelled) return;
      const failure = error instanceof JobFailed
        ? error.failure
        : { message: messageOf(error) };
      const { outcome, series = 0 } = before.current ?? {};
      show({ plan, outcome, failure, series });
    }
    setProgress(undefined);
  }, [runner, player, sourceOf, show]);

  const isVisit = useRef(false);
  const visit = useCallback((plan: Plan) => {
    isVisit.current = true;
    setPlan(plan);
  }, []);

  useEffect(() => {
    if (plan === undefined) return;
    let isOver = false;
    const timer = setTimeout(async () => {
      const address = await addressOf(plan);
      if (isOver) return;
      written.current = address;
      // Whoever goes back comes to the step or the claim before.
      if (isVisit.current) history.pushState(null, "", address);
      else history.replaceState(null, "", address);
      isVisit.current = false;
    }, REST);
    return () => {
      isOver = true;
      clearTimeout(timer);
    };
  }, [plan]);

  // Not when only another view of it is looked at.
  const isFirst = useRef(true);
  useEffect(() => {
    if (plan === undefined) return;
    const timer = setTimeout(() => perform(plan), isFirst.current ? 0 : REST);
    isFirst.current = false;
    return () => clearTimeout(timer);
  }, [plan?.run, plan?.steps, plan?.edits, saved, perform]);

  const change = useCallback(
    (change: Partial<SimulatedRun>) =>
      setPlan((plan) => plan && { ...plan, run: { ...plan.run, ...change } }),
    [],
  );
  const act = useCallback((deed: Deed) => {
    const at = justAfter(player.time);
    player.seek(at);
    setPlan((plan) => plan && withStep(plan, { ...deed, at }));
  }, [player]);
  const open = useCallback((run: SimulatedRun) => {
    setPlan((plan) => plan && { ...plan, run, steps: [], view: "play" });
  }, []);
  const openFound = useCallback((run: SimulatedRun, from?: Plan) => {
    setPlan((plan) =>
      plan && (from === undefined || from === plan) ? planFor(plan, run) : plan
    );
  }, []);
  const huntSource = useMemo(() => plan && sourceOf(plan), [
    plan?.run.program,
    plan?.edits,
    saved,
    sourceOf,
  ]);
  const shownPlan = shown?.plan;
  const shownSource = useMemo(() => shownPlan && sourceOf(shownPlan), [
    shownPlan,
    saved,
    sourceOf,
  ]);
  if (plan === undefined) return <p class="loading">{trouble}</p>;
  const { view, lesson } = plan;
  const run = shown?.outcome?.document;
  return (
    <div class="lab">
      <header class="top">
        <span class="brand">
          <b>Gossip Glomers</b> lab
        </span>
        <nav aria-label="Views">
          <OneOf<View>
            label="View"
            now={view}
            choose={(view) => setPlan({ ...plan, view })}
            all={[
              ["play", "Playground"],
              ["hunt", "Hunt"],
              ["compare", "Compare"],
            ]}
          />
        </nav>
        {isInLab && <a href="/">All runs</a>}
        <span class="progress" role="status">
          {progress !== undefined && progress > 0 &&
            `Running … ${progress.toFixed(1)} s`}
        </span>
      </header>
      <aside class="side">
        <OneOf<Pane>
          label="What is beside the run"
          now={pane}
          choose={setPane}
          all={[
            ["lesson", "Lessons"],
            ["program", "Program"],
            ["dials", "Dials"],
          ]}
        />
        {pane === "lesson" && (
          <LessonPane
            catalog={catalog}
            address={lesson}
            open={(lesson) =>
              visit(
                (lesson === undefined ? undefined : planOfStep(lesson)) ??
                  { ...plan, lesson: undefined },
              )}
            show={(step, claim, at) => {
              const shows = ofClaim(step, claim, lesson);
              if (at !== undefined && doSame(shows, plan)) {
                player.seek(at);
                setMoment({ time: at });
              } else {
                next.current = at;
                visit(shows);
              }
            }}
            read={() => setPane("program")}
            turn={(flags) => setPlan(turned(plan, flags))}
          />
        )}
        {pane === "program" && (
          <Programs
            programs={programs}
            plan={plan}
            setPlan={setPlan}
            failure={shown?.failure ?? shown?.outcome?.thrown}
            run={() => perform(plan)}
          />
        )}
        {pane === "dials" && (
          <Controls run={plan.run} change={change} replace={open} />
        )}
      </aside>
      <div class="main" aria-busy={progress !== undefined}>
        {trouble !== "" && <p class="trouble">{trouble}</p>}
        {shown?.failure && (
          <p class="trouble" role="alert">
            {shown.failure.message}
            {run && "\nBelow is the run before."}
          </p>
        )}
        {view === "hunt" && huntSource && (
          <Hunt
            {...{ hunter, plan }}
            source={huntSource}
            open={openFound}
          />
        )}
        {view === "play" && huntSource && (
          <Hunted
            {...{ hunter, plan }}
            source={huntSource}
            open={openFound}
            back={() => setPlan({ ...plan, view: "hunt" })}
          />
        )}
        {view === "compare" && (
          <Compare
            now={run && shown && { plan: shown.plan, run }}
            player={player}
            sourceOf={sourceOf}
          />
        )}
        {view === "play" && run && shown && (
          <Report
            key={shown.series}
            run={run}
            host={{
              playhead: player,
              moment,
              above: (
                <>
                  <Stage run={run} player={player} act={act} />
                  <Deeds plan={plan} setPlan={setPlan} player={player} />
                  {shownSource && (
                    <Command plan={shown.plan} source={shownSource} />
                  )}
                  <Log lines={shown.outcome?.log ?? []} />
                </>
              ),
            }}
          />
        )}
      </div>
    </div>
  );
}

/** What a lesson's step shows first; undefined if there is no such step. */
function planOfStep(address: string): Plan | undefined {
  const step = findStep(address)?.step;
  return step && ofClaim(step, step.claims[0], address);
}

/** Whether two plans do the same. */
const doSame = (a: Plan, b: Plan): boolean =>
  isSame(runOf(a), runOf(b)) &&
  JSON.stringify(a.edits) === JSON.stringify(b.edits);

type Pane = "lesson" | "program" | "dials";

/** What the nodes said to their developer. */
function Log({ lines }: { readonly lines: readonly LogLine[] }) {
  if (lines.length === 0) return null;
  return (
    <details class="log">
      <summary>{lines.length} lines that nodes logged</summary>
      <pre>
        {lines.map(({ node, time, text }) =>
          `${(time / 1000).toFixed(3)} s  ${node}: ${text}\n`
        )}
      </pre>
    </details>
  );
}

const page = document.getElementById("page");
const catalog: Catalog = JSON.parse(
  document.getElementById("catalog")?.textContent ?? "",
);
if (page !== null) {
  page.replaceChildren();
  render(<App catalog={catalog} />, page);
}
