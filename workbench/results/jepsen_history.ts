/**
 * What happened in a run of Maelstrom's or Jepsen's, from the files that it
 * wrote: `history.edn`; if that is missing, `jepsen.log`, whose times are in ms;
 * else `history.txt`, which has no times.
 *
 * https://github.com/jepsen-io/jepsen/blob/main/jepsen/src/jepsen/store.clj
 *
 * @module
 */
import { parseEdn } from "../histories/edn.ts";
import { columnsIn, loggedIn } from "../histories/jepsen_log.ts";
import { createReadStream, existsSync } from "node:fs";
import { createInterface } from "node:readline";
import {
  type History,
  isOpType,
  NEMESIS,
  type Op,
  type OpType,
} from "../load/history.ts";
import { mapOf, numberOf } from "./read_edn.ts";

export interface JepsenHistory {
  readonly history: History;
  /** What is missing of it, in sentences. */
  readonly notes: readonly string[];
}

/** Who is asked by whom: the test map, as far as it is known. */
export interface Threads {
  readonly nodes: readonly string[];
  readonly concurrency?: number;
}

interface Source {
  readonly name: string;
  /** An event of a line; undefined if the line has none. */
  parse(line: string, position: number): Event | undefined;
  /** Whether every line must have one. */
  readonly isWhole: boolean;
  /** Whether times are in ms since 1970, instead of ns since the begin. */
  readonly isDated?: boolean;
  readonly note?: string;
}

/** An event as a file has it, whose index and time may be missing. */
interface Event {
  readonly process: Op["process"];
  readonly type: OpType;
  readonly f: string;
  readonly value?: unknown;
  readonly error?: unknown;
  /** ns; NaN if it is missing. */
  readonly time: number;
  readonly index?: number;
  readonly final?: boolean;
}

const sources: readonly Source[] = [
  { name: "history.edn", parse: fromEdn, isWhole: true },
  {
    name: "jepsen.log",
    parse: fromLog,
    isWhole: false,
    isDated: true,
    note: "There is no history.edn; this is what jepsen.log tells of it.",
  },
  {
    name: "history.txt",
    parse: fromText,
    isWhole: true,
    note: "There is no history.edn, and history.txt has no times: operations " +
      "stand in their order, a ms apart.",
  },
];

/** Reads what there is; without any of these files the history is empty. */
export async function readJepsenHistory(
  folder: string,
  threads: Threads,
): Promise<JepsenHistory> {
  const notes: string[] = [];
  for (const { name, parse, isWhole, isDated, note } of sources) {
    const path = `${folder}/${name}`;
    if (!existsSync(path)) continue;
    const events: Event[] = [];
    let damaged = 0;
    const lines = createInterface({
      input: createReadStream(path),
      crlfDelay: Infinity,
    });
    for await (const line of lines) {
      if (line.trim() === "") continue;
      const event = tryParse(parse, line, events.length);
      if (event !== undefined) events.push(event);
      else if (isWhole) damaged++;
    }
    if (damaged > 0) {
      notes.push(
        `${name} is damaged: ${damaged} of its lines can't be read and are ` +
          "left out.",
      );
    }
    if (events.length === 0) continue;
    if (note !== undefined) notes.push(note);
    // ns since 1970 would be more than a number holds exactly.
    const [{ time: begin }] = events;
    const timed = isDated
      ? events.map((it) => ({ ...it, time: (it.time - begin) * ms }))
      : events;
    return { history: historyOf(timed, threads), notes };
  }
  notes.push("There is no history that can be read, so nothing is drawn.");
  return { history: [], notes };
}

function tryParse(
  parse: Source["parse"],
  line: string,
  position: number,
): Event | undefined {
  try {
    return parse(line, position);
  } catch {
    return undefined; // cut off in the middle, or no EDN
  }
}

function fromEdn(line: string): Event | undefined {
  const { process, type, f, value, time, index, error, ...more } = mapOf(
    parseEdn(line),
  );
  return eventOf(process, type, f, {
    value: plain(value),
    error: plain(error),
    time: numberOf(time) ?? NaN,
    index: numberOf(index),
    final: more["final?"] === true ? true : undefined,
  });
}

const ms = 1e6;

function fromText(line: string, position: number): Event | undefined {
  const { process, type, f, value, error } = columnsIn(line, position);
  const time = position * ms;
  return eventOf(process, type, f, {
    value: plain(value),
    error: plain(error),
    time,
  });
}

function fromLog(line: string): Event | undefined {
  const found = loggedIn(line);
  const event = found && fromText(found.columns, 0);
  return event && { ...event, time: found.time };
}

function eventOf(
  process: unknown,
  type: unknown,
  f: unknown,
  more: Pick<Event, "value" | "error" | "time" | "index" | "final">,
): Event | undefined {
  const isProcess = typeof process === "number" || process === NEMESIS;
  if (!isProcess || !isOpType(type) || typeof f !== "string") return undefined;
  return { process, type, f, ...more };
}

/** Values as JSON has them, records as maps. */
function plain(value: unknown): unknown {
  if (typeof value === "bigint") return `${value}`;
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value ?? undefined;
  return Object.fromEntries(
    Object.entries(mapOf(value)).map(([key, field]) => [
      key,
      plain(field) ?? null,
    ]),
  );
}

/** As the workbench would have written it. */
function historyOf(events: readonly Event[], threads: Threads): History {
  const nodeOf = askedBy(events, threads);
  const isIndexed = events.every(({ index }) => index !== undefined);
  let last = 0;
  const open = new Set<string>();
  return events.flatMap((event, position): Op[] => {
    const time = Number.isNaN(event.time) ? last : event.time;
    last = time;
    const index = isIndexed ? event.index ?? position : position;
    if (event.process !== NEMESIS) {
      return [{ ...event, time, index, node: nodeOf(event.process) }];
    }
    // A fault is written when it is asked for, and when it has begun.
    if (!open.delete(event.f)) {
      open.add(event.f);
      return [];
    }
    return [{ ...fault(event), time, index }];
  });
}

/**
 * Which node a process talks to. As in Jepsen, a thread always talks to the
 * same, and a process p that crashed is followed by p + concurrency.
 */
function askedBy(
  events: readonly Event[],
  { nodes, concurrency }: Threads,
): (process: number) => string | undefined {
  const processes = events.flatMap(({ process }) =>
    typeof process === "number" ? [process] : []
  );
  const hasCrashes = events.some(({ process, type }) =>
    process !== NEMESIS && type === "info"
  );
  const most = processes.reduce((a, b) => Math.max(a, b), 0) + 1;
  const threads = concurrency ?? (hasCrashes ? undefined : most);
  if (threads === undefined || nodes.length === 0) return () => undefined;
  return (process) => nodes[process % threads % nodes.length];
}

/** A fault under the workbench's name, with the workbench's value. */
function fault({ f, value, ...event }: Event): Event {
  if (Array.isArray(value) && value[0] === "isolated") {
    return { ...event, f: "start-partition", value: value[1] };
  }
  if (f === "stop" && value === "network-healed") {
    return { ...event, f: "stop-partition", value };
  }
  const isByNode = ["kill", "pause", "start", "resume"].includes(f) &&
    typeof value === "object" && value !== null && !Array.isArray(value);
  return { ...event, f, value: isByNode ? Object.keys(value) : value };
}
