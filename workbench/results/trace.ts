/**
 * A run as a person reads it: operations, messages and faults in the order of
 * time.
 *
 * @module
 */
import { faultPeriods } from "../checkers/faults.ts";
import { type History } from "../load/history.ts";
import {
  involvesClient,
  type Journal,
  type Loss,
  type Packet,
} from "../cluster/journal.ts";
import { stringifyJson } from "../json.ts";

/** Longer traces are cut. */
const MAX_LINES = 300;
const MAX_BODY = 160;

/** What a line tells, before it is known how wide each column must be. */
interface Line {
  readonly time: number;
  /** When a message arrived; empty if at once, and for faults. */
  readonly arrival: string;
  /** From whom to whom, or that it is a fault. */
  readonly way: string;
  readonly text: string;
}

/**
 * A line for each message: when it was sent, when it arrived, between whom, and
 * what it said. Faults stand between them. What every run begins with, `init`
 * and `topology`, is left out unless it comes again after a restart.
 */
export function trace(history: History, journal: Journal): string {
  const start = (history[0]?.time ?? 0) / 1e6;
  const lines = [...messages(journal, start), ...faults(history)]
    .toSorted((a, b) => a.time - b.time);
  const shown = lines.slice(0, MAX_LINES);
  const width = (cell: (line: Line) => string) =>
    Math.max(0, ...shown.map((line) => cell(line).length));
  const [time, arrival, way] = [
    width((line) => seconds(line.time)),
    width((line) => line.arrival),
    width((line) => line.way),
  ];
  const text = shown.map((line) =>
    [
      seconds(line.time).padStart(time),
      ...(arrival > 0 ? [line.arrival.padEnd(arrival)] : []),
      line.way.padEnd(way),
      line.text,
    ].join("  ")
  );
  if (lines.length > MAX_LINES) {
    text.push(`... and ${lines.length - MAX_LINES} more`);
  }
  return text.join("\n");
}

function messages(journal: Journal, start: number): Line[] {
  const arrivals = new Map<Packet, number[]>();
  for (const { type, packet, time } of journal.events) {
    if (type === "send") arrivals.set(packet, []);
    else arrivals.get(packet)?.push(time);
  }
  const lines: Line[] = [];
  for (const { type, packet, time } of journal.events) {
    if (type !== "send" || time < start) continue;
    // Virtual time may not have moved since.
    if (time === start && /"type":"(init|topology)/.test(packet.text)) continue;
    const arrived = arrivals.get(packet) ?? [];
    const arrival = arrived.length === 0
      ? `never arrives${why(journal.lossOf(packet))}`
      : involvesClient(packet) && arrived[0] === time
      ? ""
      : `-> ${arrived.map(seconds).join(" and ")}`;
    const way = `${packet.src} -> ${packet.dest}`;
    lines.push({ time, arrival, way, text: short(packet.text) });
  }
  return lines;
}

const why = (loss: Loss | undefined) => loss === undefined ? "" : `: ${loss}`;

/** Faults and their ends. */
function faults(history: History): Line[] {
  // What a hand did in a moment is its own end.
  const ops = new Set(
    faultPeriods(history).flatMap(({ begin, end }) =>
      end === undefined ? [begin] : [begin, end]
    ),
  );
  return [...ops].map(({ time, f, value, byHand }) => ({
    time: time / 1e6,
    arrival: "",
    way: "**",
    text:
      (value === null || value === undefined
        ? f
        : `${f} ${stringifyJson(value)}`) + (byHand === true ? " by hand" : ""),
  }));
}

const seconds = (ms: number) => (ms / 1000).toFixed(3);

const short = (text: string) =>
  text.length > MAX_BODY ? `${text.slice(0, MAX_BODY)}…` : text;
