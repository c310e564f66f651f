/**
 * The dials of a run: all that `simulate` takes by flags, as fields.
 *
 * @module
 */
import { type ComponentChildren } from "preact";
import {
  type Challenge,
  challenges,
  challengesOf,
  label,
  runArguments,
} from "../../workbench/challenges.ts";
import { parseRun } from "../../workbench/cli/run_flags.ts";
import { camel, type Flag } from "../../workbench/cli/flags.ts";
import { withNodes } from "../run/sweep.ts";
import { latencies } from "../../workbench/cluster/latency.ts";
import { faults } from "../../workbench/cluster/nemesis.ts";
import { type SimulatedRun } from "../../workbench/run_options.ts";
import { knownWorkload } from "../../workbench/workloads/known.ts";
import { workloadSpecs } from "../../workbench/workloads/mod.ts";

type Change = (change: Partial<SimulatedRun>) => void;

interface Props {
  readonly run: SimulatedRun;
  readonly change: Change;
  /** Takes another run. */
  readonly replace: (run: SimulatedRun) => void;
}

/** A challenge's command, for a short while, with its script and this chance. */
const runOfChallenge = (
  challenge: Challenge,
  { seed }: SimulatedRun,
): SimulatedRun =>
  parseRun([
    ...runArguments(challenge, "short"),
    ...["--program", challenge.script, "--seed", seed],
  ]);

/** Another workload, with its own flags as they are by default. */
export function withWorkload(name: string): Partial<SimulatedRun> {
  const flags = knownWorkload(name)?.flags ?? {};
  return {
    workload: name,
    own: Object.fromEntries(
      Object.entries(flags).map(([flag, it]) => [camel(flag), it.default]),
    ),
  };
}

export function Controls({ run, change, replace }: Props) {
  const { own, nemesis } = run;
  const [variant] = challengesOf(run);
  const challenge = challenges.find(({ id }) => id === variant);
  const flags = Object.entries(knownWorkload(run.workload)?.flags ?? {});
  return (
    <form class="controls" onSubmit={(event) => event.preventDefault()}>
      <Group title="Cluster and load">
        <div class="field">
          <label class="label" for="challenge">As fly.io asks</label>
          <select
            id="challenge"
            value={challenge?.id ?? ""}
            onChange={({ currentTarget: { value } }) => {
              const found = challenges.find(({ id }) => id === value);
              if (found !== undefined) replace(runOfChallenge(found, run));
            }}
          >
            <option value="">
              {challenge === undefined ? "choose a challenge" : ""}
            </option>
            {challenges.map((it) => (
              <option key={it.id} value={it.id}>
                {label(it)} {it.title}
              </option>
            ))}
          </select>
        </div>
        <Choice
          name="workload"
          label="Workload"
          value={run.workload}
          all={Object.keys(workloadSpecs)}
          choose={(name) => change(withWorkload(name))}
        />
        <Dial
          name="node-count"
          label="Nodes"
          {...{ value: run.nodeIds.length, min: 1, max: 25, step: 1 }}
          turn={(count) => change(withNodes(run, count))}
        />
        <Dial
          name="rate"
          label="Operations a second"
          {...{ value: run.rate, min: 0, max: 200, step: 1, most: 5000 }}
          turn={(rate) => change({ rate })}
        />
        <Dial
          name="time-limit"
          label="Seconds of load"
          {...{ value: run.timeLimit, min: 1, max: 60, step: 1, most: 600 }}
          turn={(timeLimit) => change({ timeLimit })}
        />
      </Group>
      <Group title="Network">
        <Dial
          name="latency"
          label="Latency, ms"
          {...{ value: run.latency, min: 0, max: 500, step: 1, most: 10_000 }}
          turn={(latency) => change({ latency })}
        />
        <Choice
          name="latency-dist"
          label="Its distribution"
          value={run.latencyDist}
          all={latencies.names}
          choose={(latencyDist) => change({ latencyDist })}
        />
        <Dial
          name="p-loss"
          label="Lost, %"
          {...{ value: percent(run.pLoss), min: 0, max: 50, step: 1 }}
          most={100}
          turn={(p) => change({ pLoss: p / 100 })}
        />
        <Dial
          name="p-duplicate"
          label="Duplicated, %"
          {...{ value: percent(run.pDuplicate), min: 0, max: 50, step: 1 }}
          most={100}
          turn={(p) => change({ pDuplicate: p / 100 })}
        />
      </Group>
      <Group title="Faults">
        <div class="field" data-flag="nemesis">
          <span class="label">By chance</span>
          <span class="checks">
            {faults.map((kind) => (
              <label key={kind}>
                <input
                  type="checkbox"
                  checked={nemesis.includes(kind)}
                  onChange={({ currentTarget: { checked } }) =>
                    change({
                      nemesis: faults.filter((it) =>
                        it === kind ? checked : nemesis.includes(it)
                      ),
                    })}
                />
                {kind}
              </label>
            ))}
          </span>
        </div>
        <Dial
          name="nemesis-interval"
          label="Seconds to the next"
          {...{ value: run.nemesisInterval, min: 1, max: 30, step: 0.5 }}
          most={600}
          turn={(nemesisInterval) => change({ nemesisInterval })}
        />
        <Dial
          name="clock-skew"
          label="Clocks jump, ms"
          {...{ value: run.clockSkew, min: 0, max: 2000, step: 50 }}
          most={1e6}
          turn={(clockSkew) => change({ clockSkew })}
        />
      </Group>
      <Group title="What is checked">
        <div class="field" data-flag="availability">
          <label class="label" for="availability">Availability</label>
          <select
            id="availability"
            value={run.availability === "total" ? "total" : ""}
            onChange={({ currentTarget: { value } }) =>
              change({ availability: value === "total" ? value : undefined })}
          >
            <option value="">of no concern</option>
            <option value="total">total: every operation succeeds</option>
          </select>
        </div>
        {flags.map(([name, flag]) => (
          <Own
            key={name}
            {...{ name, flag }}
            value={own[camel(name)]}
            set={(value) => change({ own: { ...own, [camel(name)]: value } })}
          />
        ))}
      </Group>
      <Group title="The program's own">
        <div class="field">
          <label class="label" for="arguments">Arguments</label>
          <input
            id="arguments"
            type="text"
            placeholder="such as --max-wait 500"
            value={run.args.join(" ")}
            onChange={({ currentTarget: { value } }) =>
              change({ args: value.split(/\s+/).filter((it) => it !== "") })}
          />
        </div>
      </Group>
      <Group title="Chance">
        <div class="field" data-flag="seed">
          <label class="label" for="seed">Seed</label>
          <span class="row">
            <input
              id="seed"
              type="text"
              value={run.seed}
              onChange={({ currentTarget: { value } }) =>
                change({ seed: value })}
            />
            <button
              type="button"
              class="link"
              title="The same run, with other chance"
              onClick={() => change({ seed: nextSeed(run.seed) })}
            >
              next seed
            </button>
          </span>
        </div>
      </Group>
    </form>
  );
}

/** `a/1` after `a`, and `a/2` after `a/1`. */
export function nextSeed(seed: string): string {
  const [, base, n] = /^(.*)\/(\d+)$/.exec(seed) ?? [];
  return base === undefined ? `${seed}/1` : `${base}/${Number(n) + 1}`;
}

const capital = (text: string) => text[0].toUpperCase() + text.slice(1);

const percent = (share: number) => Math.round(share * 10_000) / 100;

function Group({ title, children }: {
  readonly title: string;
  readonly children: ComponentChildren;
}) {
  return (
    <fieldset>
      <legend>{title}</legend>
      {children}
    </fieldset>
  );
}

/** A number by a slider, and exactly. */
function Dial({ name, label, value, min, max, most = max, step, turn }: {
  /** The flag's. */
  readonly name: string;
  readonly label: string;
  readonly value: number;
  readonly min: number;
  /** Of the slider. */
  readonly max: number;
  /** Of the field. @default as the slider's */
  readonly most?: number;
  readonly step: number;
  readonly turn: (value: number) => void;
}) {
  const set = (text: string) => {
    const number = Number(text);
    if (text !== "" && number >= min && number <= most) turn(number);
  };
  return (
    <div class="field" data-flag={name}>
      <label class="label" for={name}>{label}</label>
      <span class="row">
        <input
          type="range"
          aria-label={label}
          {...{ min, max, step }}
          value={Math.min(value, max)}
          onInput={({ currentTarget: { value } }) => set(value)}
        />
        <input
          id={name}
          type="number"
          {...{ min, max: most }}
          step="any"
          value={value}
          onChange={({ currentTarget: { value } }) => set(value)}
        />
      </span>
    </div>
  );
}

function Choice({ name, label, value, all, choose }: {
  readonly name: string;
  readonly label: string;
  readonly value: string;
  readonly all: readonly string[];
  readonly choose: (value: string) => void;
}) {
  return (
    <div class="field" data-flag={name}>
      <label class="label" for={name}>{label}</label>
      <select
        id={name}
        value={value}
        onChange={({ currentTarget: { value } }) => choose(value)}
      >
        {all.map((it) => <option key={it} value={it}>{it}</option>)}
      </select>
    </div>
  );
}

/** A flag of the workload's own: its table knows how it is read and written. */
function Own({ name, flag, value, set }: {
  readonly name: string;
  readonly flag: Flag<unknown>;
  readonly value: unknown;
  readonly set: (value: unknown) => void;
}) {
  const help = flag.help.replaceAll("`", "");
  const read = (input: HTMLInputElement) => {
    try {
      set(flag.read(input.value, name, flag.default));
      input.setCustomValidity("");
    } catch (error) {
      input.setCustomValidity(error instanceof Error ? error.message : "");
      input.reportValidity();
    }
  };
  const names = flag.names ?? [];
  return (
    <div class="field" data-flag={name} title={help}>
      <label class="label" for={name}>
        {capital(name.replaceAll("-", " "))}
      </label>
      {flag.value === undefined
        ? (
          <input
            id={name}
            type="checkbox"
            checked={value === true}
            onChange={({ currentTarget: { checked } }) => set(checked)}
          />
        )
        : names.includes(flag.write(value))
        ? (
          <select
            id={name}
            value={flag.write(value)}
            onChange={({ currentTarget: { value } }) =>
              set(flag.read(value, name, flag.default))}
          >
            {names.map((it) => <option key={it} value={it}>{it}</option>)}
          </select>
        )
        : (
          <input
            id={name}
            type="text"
            value={flag.write(value)}
            onChange={({ currentTarget }) => read(currentTarget)}
          />
        )}
    </div>
  );
}
