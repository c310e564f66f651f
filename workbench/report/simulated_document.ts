/**
 * A simulated run as a report shows it, without a folder between. It is the same
 * document that the run's folder would give, see stored_run.ts, and needs nothing
 * that only Deno has.
 *
 * @module
 */
import { compose } from "../../viewer/run/compose.ts";
import { type RunDocument, type Setting } from "../../viewer/run/document.ts";
import { type NetworkEvent, Recording } from "../../viewer/run/recording.ts";
import { combine } from "../checkers/result.ts";
import { type JournalEvent } from "../cluster/journal.ts";
import { parseNumbers, stringifyJson } from "../json.ts";
import { type Op } from "../load/history.ts";
import { type RunOptions } from "../run_options.ts";
import { type TestResult } from "../results/test_result.ts";
import { type Simulation } from "../simulation.ts";
import { figuresOf, type Measured } from "./figures.ts";

/** Collects a run's messages, and then makes the document. */
export class SimulatedDocument {
  readonly #recording = new Recording();

  /** Takes an event of the network: for {@linkcode simulate}'s `onMessage`. */
  readonly onMessage = (event: JournalEvent): void =>
    this.#recording.add(networkEvent(event));

  /** @param command how the run is repeated */
  finish(
    options: RunOptions,
    { history, ...result }: Simulation,
    command?: string,
  ): RunDocument {
    const { stats, availability, workload } = result;
    const { anomalies = [], evidence } = combine(workload, availability, stats);
    const recording = this.#recording;
    return compose({
      ...{ workload: options.workload, valid: result.valid },
      ...{ explanation: result.explanation, anomalies, evidence },
      ...{ notes: result.notes, command },
      figures: figuresOf(measured(result), options),
      settings: settingsOf(options),
      ...{ nodes: options.nodeIds, concurrency: options.concurrency },
      history: history.map((op) => parseOp(stringifyJson(op))),
      messages: recording.isEmpty ? undefined : recording.messages(),
      end: recording.end,
    });
  }
}

/** As a journal on disk has it, whose times are whole ns. */
function networkEvent(event: JournalEvent): NetworkEvent {
  const { type, packet } = event;
  const { id, src, dest } = packet;
  return {
    time: Math.round(event.time * 1e6) / 1e6,
    ...type === "drop" ? { type, fate: event.why } : { type },
    ...{ id, src, dest },
    text: type === "send" ? packet.text : "",
  };
}

/** The figures of a result; of a history that was only checked, no messages. */
export function measured(
  { net, latencies, workload }: Pick<TestResult, "latencies"> & {
    readonly net?: TestResult["net"];
    readonly workload: object;
  },
): Measured {
  const { stableLatencies: stable }: {
    readonly stableLatencies?: Readonly<Record<string, number>>;
  } = workload;
  return {
    msgsPerOp: net?.servers.msgsPerOp,
    latency: { median: latencies["0.5"], max: latencies["1"] },
    stable: stable && { median: stable["0.5"], max: stable["1"] },
  };
}

/** What a run was told, by the names of the command line's flags. */
export function settingsOf(options: RunOptions): Setting[] {
  return Object.entries(options).flatMap(([name, value]) =>
    value === undefined || value === false ||
      (Array.isArray(value) && value.length === 0)
      ? []
      : [{
        name: name.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`),
        value: typeof value === "string"
          ? value
          : name === "scriptOfFaults"
          ? told(options)
          : JSON.stringify(value),
      }]
  );
}

/** The script of faults by its file: the steps are in the picture. */
const told = ({ scriptOfFaults: script }: RunOptions): string =>
  script === undefined
    ? ""
    : `${script.file} (${script.steps.length} ${
      script.steps.length === 1 ? "step" : "steps"
    })`;

/** An event of a history, from its line; long integers become texts. */
export const parseOp = (line: string): Op => parseStored(line) as Op;

/** JSON whose long integers stay what they are, as texts. */
export function parseStored(text: string): unknown {
  return /\d{16}/.test(text) ? plain(parseNumbers(text)) : JSON.parse(text);
}

function plain(value: unknown): unknown {
  if (typeof value === "bigint") return `${value}`;
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(plain);
  return Object.fromEntries(
    Object.entries(value).map(([key, field]) => [key, plain(field)]),
  );
}
