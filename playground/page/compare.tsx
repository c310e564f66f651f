/**
 * Two runs side by side, and many along one dial.
 *
 * @module
 */
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { messageOf } from "../../lib/errors.ts";
import { commandFor } from "../../workbench/cli/run_flags.ts";
import { type RunDocument } from "../../viewer/run/document.ts";
import { type Plan, programOf, runOf } from "../run/plan.ts";
import { type ProgramSource } from "../run/protocol.ts";
import { type Dial, dials, type Point, sweep } from "../run/sweep.ts";
import { Figures } from "./figures.tsx";
import { Frontier } from "./frontier.tsx";
import { type Player } from "./player.ts";
import { Ring } from "./ring.tsx";
import { Transport } from "./transport.tsx";
import { JobCancelled, Runner } from "./worker.ts";
import { WorkerPool } from "./worker_pool.ts";

interface Side {
  readonly plan: Plan;
  readonly run: RunDocument;
}

interface Props {
  /** What is at the right: it changes with the dials. */
  readonly now: Side | undefined;
  readonly player: Player;
  readonly sourceOf: (plan: Plan) => ProgramSource;
}

export function Compare({ now, player, sourceOf }: Props) {
  const [kept, keep] = useState<Side>();
  const seed = now?.plan.run.seed;
  // Both have the same chance, whatever else differs.
  useEffect(() => {
    if (kept === undefined || seed === undefined) return;
    if (kept.plan.run.seed === seed) return;
    const plan = { ...kept.plan, run: { ...kept.plan.run, seed } };
    const runner = new Runner();
    runner.run({
      ...{ run: runOf(plan), source: sourceOf(plan), want: "document" },
    }).then(
      ({ document }) => document && keep({ plan, run: document }),
      (error) => {
        if (!(error instanceof JobCancelled)) throw error;
      },
    );
    return () => runner.close();
  }, [kept, seed, sourceOf]);
  if (now === undefined) return null;
  return (
    <div class="compare">
      <p class="lead">
        {kept === undefined
          ? "Keep this run, then turn a dial or take another program: both are " +
            "shown, on the same seed."
          : "Left what was kept, right what the dials say; on the same seed."}
        {" "}
        <button type="button" class="act" onClick={() => keep(now)}>
          Keep this one
        </button>
        {kept && (
          <button
            type="button"
            class="link"
            onClick={() => keep(undefined)}
          >
            forget it
          </button>
        )}
      </p>
      <div class="sides">
        {[kept, now].map((side, i) =>
          side && (
            <section key={i} aria-label={i === 0 ? "Kept" : "Now"}>
              <h2>
                {programOf(side.plan.run)}
                <span class="grey">
                  {side.run.valid === true
                    ? " valid"
                    : side.run.valid
                    ? " unknown"
                    : " invalid"}
                </span>
              </h2>
              <p class="small grey">{commandFor(runOf(side.plan))}</p>
              <Ring
                run={side.run}
                player={player}
                chosen={undefined}
                choose={() => {}}
              />
              <Figures run={side.run} player={player} />
            </section>
          )
        )}
      </div>
      <Transport run={now.run} player={player} />
      <Sweep plan={now.plan} sourceOf={sourceOf} />
    </div>
  );
}

function Sweep({ plan, sourceOf }: {
  readonly plan: Plan;
  readonly sourceOf: Props["sourceOf"];
}) {
  const [dial, setDial] = useState<Dial>(dials[0]);
  const [values, setValues] = useState(dials[0].values);
  const [points, setPoints] = useState<readonly Point[]>([]);
  const [state, setState] = useState("");
  const pool = useRef<WorkerPool>();
  useEffect(() => () => pool.current?.close(), []);
  const run = useCallback(async () => {
    pool.current?.close();
    const source = sourceOf(plan);
    const workers = pool.current = new WorkerPool(source);
    const found: Point[] = [];
    setPoints([]);
    setState("Running …");
    try {
      for await (
        const point of sweep(
          runOf(plan),
          dial,
          values,
          (run) => workers.measure({ run }, source),
        )
      ) {
        found.push(point);
        if (pool.current === workers) setPoints([...found]);
      }
      setState("");
    } catch (error) {
      if (error instanceof JobCancelled) return;
      setState(messageOf(error));
    } finally {
      workers.close();
    }
  }, [plan, dial, values, sourceOf]);
  return (
    <section class="sweep" aria-label="Along one dial">
      <h2>Along one dial</h2>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          run();
        }}
      >
        <select
          aria-label="Dial"
          value={dial.name}
          onChange={({ currentTarget: { value } }) => {
            const chosen = dials.find(({ name }) => name === value);
            if (chosen === undefined) return;
            setDial(chosen);
            setValues(chosen.values);
            setPoints([]);
          }}
        >
          {dials.map(({ name }) => (
            <option key={name} value={name}>{name}</option>
          ))}
        </select>
        <input
          type="text"
          aria-label="Its values"
          value={values}
          onChange={({ currentTarget: { value } }) => setValues(value)}
        />
        <button type="submit" class="run">Sweep</button>
        <span role="status">{state}</span>
      </form>
      {points.length > 0 && (
        <Frontier points={points} run={runOf(plan)} dial={dial.name} />
      )}
    </section>
  );
}
