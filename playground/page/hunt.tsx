/**
 * Runs many seeds, shows each as a square, and makes a failing one smaller.
 *
 * @module
 */
import {
  useCallback,
  useEffect,
  useMemo,
  useRef,
  useState,
} from "preact/hooks";
import { messageOf } from "../../lib/errors.ts";
import { blank, useSize } from "../../viewer/page/canvas.ts";
import { type Colours, useColours } from "../../viewer/page/colours.ts";
import { commandFor } from "../../workbench/cli/run_flags.ts";
import { type SimulatedRun } from "../../workbench/run_options.ts";
import { type Failure, Shrinker } from "../../workbench/search/shrinker.ts";
import { type Verdict } from "../../workbench/search/verdict.ts";
import { type ProgramSource } from "../run/protocol.ts";
import { JobCancelled } from "./worker.ts";
import { WorkerPool } from "./worker_pool.ts";

/** So many seeds at most: each is a square. */
const MOST = 10_000;
/** In CSS pixels, with the gap to the next. */
const SQUARE = 14;
/** How often what is shown is drawn anew while seeds run, in ms. */
const OFTEN = 50;

/** What has come of the seeds so far. */
interface Search {
  /** Of these the seeds are run. */
  readonly run: SimulatedRun;
  readonly source: ProgramSource;
  readonly count: number;
  /** In the order of the seeds. */
  readonly verdicts: readonly Verdict[];
  readonly isOver: boolean;
  /** How long it has taken, in ms. */
  readonly took: number;
  readonly trouble?: string;
}

interface Shrinking {
  readonly seed: string;
  readonly found: readonly Failure[];
  readonly runs: number;
  readonly isOver: boolean;
}

export function Hunt({ run, source, open }: {
  /** Each seed's is this one's, and a number. */
  readonly run: SimulatedRun;
  readonly source: ProgramSource;
  /** Shows a run in the playground. */
  readonly open: (run: SimulatedRun) => void;
}) {
  const [count, setCount] = useState(200);
  const [search, setSearch] = useState<Search>();
  const [at, setAt] = useState<number>();
  const [shrinking, setShrinking] = useState<Shrinking>();
  const pool = useRef<WorkerPool>();
  useEffect(() => () => pool.current?.close(), []);

  const hunt = useCallback(async () => {
    pool.current?.close();
    const workers = pool.current = new WorkerPool(source);
    const verdicts: Verdict[] = [];
    const begun = performance.now();
    let told = 0;
    const tell = (more: Partial<Search> = {}) => {
      if (pool.current !== workers) return;
      told = performance.now();
      setSearch({
        ...{ run, source, count, isOver: false, took: told - begun, ...more },
        verdicts: [...verdicts],
      });
    };
    setAt(undefined);
    setShrinking(undefined);
    tell();
    try {
      for await (const [, verdict] of workers.all(seedsOf(run, count))) {
        verdicts.push(verdict);
        if (performance.now() - told > OFTEN) tell();
      }
      tell({ isOver: true });
    } catch (error) {
      tell({
        isOver: true,
        trouble: error instanceof JobCancelled ? undefined : messageOf(error),
      });
    }
    workers.close();
  }, [run, source, count]);

  const shrink = useCallback(async (search: Search, at: number) => {
    pool.current?.close();
    const workers = pool.current = new WorkerPool(search.source);
    const run = seedOf(search.run, at);
    const found: Failure[] = [];
    const shrinker = new Shrinker(
      workers,
      { run, verdict: search.verdicts[at] },
      (smaller) => {
        found.push(smaller);
        tell(false);
      },
    );
    const tell = (isOver: boolean) => {
      if (pool.current !== workers) return;
      const { runs } = shrinker;
      setShrinking({ seed: run.seed, found: [...found], runs, isOver });
    };
    tell(false);
    try {
      await shrinker.shrink();
      tell(true);
    } catch (error) {
      if (!(error instanceof JobCancelled)) throw error;
    }
    workers.close();
  }, []);

  const chosen = at === undefined ? undefined : search?.verdicts[at];
  const smallest = shrinking?.found.at(-1);
  return (
    <div class="hunt">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          hunt();
        }}
      >
        <label>
          Seeds{" "}
          <input
            type="number"
            {...{ min: 1, max: MOST, value: count }}
            onChange={({ currentTarget: { valueAsNumber: n } }) =>
              n >= 1 && n <= MOST && setCount(Math.floor(n))}
          />
        </label>
        <button type="submit" class="run">Hunt</button>
        {search && !search.isOver && (
          <button
            type="button"
            class="link"
            onClick={() => pool.current?.close()}
          >
            stop
          </button>
        )}
        <span role="status">{search && progressOf(search)}</span>
      </form>
      {search?.trouble && <p class="trouble">{search.trouble}</p>}
      {search && (
        <Squares
          search={search}
          at={at}
          choose={setAt}
          open={(at) => open(seedOf(search.run, at))}
        />
      )}
      {search && <Kinds search={search} choose={setAt} />}
      {search && at !== undefined && chosen && (
        <section class="chosen" aria-label="The chosen seed">
          <h2>
            {seedOf(search.run, at).seed}: {wordOf(chosen)}
          </h2>
          {chosen.explanation.slice(0, 3).map((it) => <p key={it}>{it}</p>)}
          <p class="acts">
            <button
              type="button"
              class="act"
              onClick={() =>
                open(seedOf(search.run, at))}
            >
              See it
            </button>
            {chosen.valid !== true && (
              <button
                type="button"
                class="act"
                onClick={() => shrink(search, at)}
              >
                Shrink it
              </button>
            )}
          </p>
        </section>
      )}
      {shrinking && (
        <section class="chosen" aria-label="Smaller and smaller">
          <h2>
            {shrinking.isOver ? "Shrunk" : "Shrinking"} {shrinking.seed}
          </h2>
          <p role="status">
            {shrinking.runs} runs{shrinking.isOver ? "." : " …"}
          </p>
          {smallest && (
            <>
              <p>{sizeOf(smallest)}</p>
              {smallest.verdict.explanation.slice(0, 2).map((it) => (
                <p key={it}>{it}</p>
              ))}
              <pre>{commandFor(smallest.run)}</pre>
              <button
                type="button"
                class="act"
                onClick={() => open(smallest.run)}
              >
                See it
              </button>
            </>
          )}
        </section>
      )}
    </div>
  );
}

/** As `simulate --seeds` numbers them. */
const seedOf = (run: SimulatedRun, at: number): SimulatedRun => ({
  ...run,
  seed: `${run.seed}/${at + 1}`,
});

function* seedsOf(run: SimulatedRun, count: number) {
  for (let at = 0; at < count; at++) yield { run: seedOf(run, at) };
}

const wordOf = ({ valid, kinds }: Verdict): string =>
  valid === true ? "valid" : kinds.join(", ");

function progressOf({ verdicts, count, took, isOver }: Search): string {
  const invalid = verdicts.filter(({ valid }) => valid === false).length;
  const unknown = verdicts.filter(({ valid }) => valid === "unknown").length;
  const rate = took > 0 ? verdicts.length / (took / 1000) : 0;
  return `${verdicts.length} of ${count}, ${invalid} invalid` +
    (unknown > 0 ? `, ${unknown} unknown` : "") +
    (isOver ? "" : " …") + (rate > 0 ? `, ${rate.toFixed(0)} a second` : "");
}

function sizeOf({ run, verdict }: Failure): string {
  const { nodeIds, timeLimit, keepOps, keepFaults } = run;
  const operations = keepOps?.length ?? verdict.mainOperations;
  const faults = keepFaults?.length ?? verdict.faults;
  const many = (n: number, what: string) => `${n} ${what}${n === 1 ? "" : "s"}`;
  return `${many(nodeIds.length, "node")}, ${timeLimit} s, ` +
    `${many(operations, "operation")}, ${many(faults, "fault")}`;
}

/** Failures by their kinds, the most frequent first. */
function Kinds({ search: { verdicts }, choose }: {
  readonly search: Search;
  readonly choose: (at: number) => void;
}) {
  const kinds = useMemo(() => {
    const found = new Map<string, number[]>();
    for (const [at, verdict] of verdicts.entries()) {
      if (verdict.valid === true) continue;
      const word = wordOf(verdict);
      found.set(word, [...found.get(word) ?? [], at]);
    }
    return [...found].toSorted(([, a], [, b]) => b.length - a.length);
  }, [verdicts]);
  return (
    <ul class="kinds">
      {kinds.map(([word, all]) => (
        <li key={word}>
          <b>{all.length}</b> {word}: {all.slice(0, 5).map((at) => (
            <>
              {" "}
              <button
                key={at}
                type="button"
                class="link"
                onClick={() => choose(at)}
              >
                {at + 1}
              </button>
            </>
          ))}
        </li>
      ))}
    </ul>
  );
}

/** A square for each seed. */
function Squares({ search, at, choose, open }: {
  readonly search: Search;
  readonly at: number | undefined;
  readonly choose: (at: number) => void;
  readonly open: (at: number) => void;
}) {
  const ref = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const { width } = useSize(ref);
  const colours = useColours();
  const { verdicts, count } = search;
  const columns = Math.max(1, Math.floor(width / SQUARE));
  const height = Math.ceil(count / columns) * SQUARE;
  useEffect(() => {
    const context = blank(canvas.current, width, height);
    if (context === undefined) return;
    for (let i = 0; i < count; i++) {
      const x = (i % columns) * SQUARE;
      const y = Math.floor(i / columns) * SQUARE;
      drawSquare(context, x, y, verdicts[i], colours);
      if (i !== at) continue;
      context.strokeStyle = colours.blue;
      context.lineWidth = 2;
      context.strokeRect(x, y, SQUARE - 1, SQUARE - 1);
    }
  }, [verdicts, count, at, width, height, columns, colours]);
  const under = ({ offsetX, offsetY }: MouseEvent) => {
    const column = Math.floor(offsetX / SQUARE);
    const i = Math.floor(offsetY / SQUARE) * columns + column;
    return column < columns && i < verdicts.length ? i : undefined;
  };
  const steps: Readonly<Record<string, number>> = {
    ...{ ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns },
  };
  return (
    <div ref={ref} class="squares">
      <canvas
        ref={canvas}
        tabIndex={0}
        role="application"
        aria-label={`${count} seeds: arrows choose one, Enter shows it.` +
          (at !== undefined && verdicts[at]
            ? ` Chosen: ${at + 1}, ${wordOf(verdicts[at])}`
            : "")}
        style={{ height: `${height}px` }}
        onClick={(event) => {
          const i = under(event);
          if (i !== undefined) choose(i);
        }}
        onDblClick={(event) => {
          const i = under(event);
          if (i !== undefined) open(i);
        }}
        onMouseMove={(event) => {
          const i = under(event);
          event.currentTarget.title = i === undefined
            ? ""
            : `${seedOf(search.run, i).seed}: ${wordOf(verdicts[i])}`;
        }}
        onKeyDown={(event) => {
          if (event.key === "Enter" && at !== undefined) open(at);
          const step = steps[event.key];
          if (step === undefined) return;
          event.preventDefault();
          const to = at === undefined ? 0 : at + step;
          if (to >= 0 && to < verdicts.length) choose(to);
        }}
      />
    </div>
  );
}

/** Valid is quiet, invalid is red with a cross, unknown is amber with a dash. */
function drawSquare(
  context: CanvasRenderingContext2D,
  x: number,
  y: number,
  verdict: Verdict | undefined,
  { faint, grey, red, amber, paper }: Colours,
): void {
  const size = SQUARE - 3;
  if (verdict === undefined) {
    context.strokeStyle = faint;
    context.lineWidth = 1;
    context.strokeRect(x + 0.5, y + 0.5, size - 1, size - 1);
    return;
  }
  const { valid } = verdict;
  context.globalAlpha = valid === true ? 0.35 : 1;
  context.fillStyle = valid === true ? grey : valid === false ? red : amber;
  context.fillRect(x, y, size, size);
  context.globalAlpha = 1;
  if (valid === true) return;
  context.strokeStyle = paper;
  context.lineWidth = 1.5;
  context.beginPath();
  if (valid === false) {
    context.moveTo(x + 3, y + 3);
    context.lineTo(x + size - 3, y + size - 3);
    context.moveTo(x + size - 3, y + 3);
    context.lineTo(x + 3, y + size - 3);
  } else {
    context.moveTo(x + 3, y + size / 2);
    context.lineTo(x + size - 3, y + size / 2);
  }
  context.stroke();
}
