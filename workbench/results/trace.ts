/**
 * A run as a person reads it: operations, messages and faults in the order of
 * time.
 *
 * @module
 */
import { type History, NEMESIS } from "../load/history.ts";
import {
  involvesClient,
  type Journal,
  type Packet,
} from "../cluster/journal.ts";
import { stringifyJson } from "../json.ts";

/** Longer traces are cut. */
const MAX_LINES = 300;
const MAX_BODY = 160;

/**
 * A line a message: when it was sent, when it arrived, between whom, and what
 * it said. Faults stand between them. What every run begins with, `init` and
 * `topology`, is left out unless it comes again after a restart.
 */
export function trace(history: History, journal: Journal): string {
  interface Line {
    readonly time: number;
    readonly text: string;
  }
  const arrivals = new Map<Packet, number[]>();
  for (const { type, packet, time } of journal.events) {
    if (type === "send") arrivals.set(packet, []);
    else arrivals.get(packet)?.push(time);
  }
  const start = (history[0]?.time ?? 0) / 1e6;
  const lines: Line[] = [];
  for (const { type, packet, time } of journal.events) {
    if (type !== "send" || time < start) continue;
    const arrived = arrivals.get(packet) ?? [];
    const when = arrived.length === 0
      ? "never arrives"
      : involvesClient(packet) && arrived[0] === time
      ? ""
      : `-> ${arrived.map(seconds).join(" and ")}`;
    lines.push({
      time,
      text: `${seconds(time)} ${when.padEnd(14)} ` +
        `${packet.src} -> ${packet.dest}  ${short(packet.text)}`,
    });
  }
  for (const { process, time, f, value } of history) {
    if (process !== NEMESIS) continue;
    const text = value === null ? f : `${f} ${stringifyJson(value)}`;
    lines.push({
      time: time / 1e6,
      text: `${seconds(time / 1e6)} ${"".padEnd(14)} ** ${text}`,
    });
  }
  lines.sort((a, b) => a.time - b.time);
  const shown = lines.slice(0, MAX_LINES).map(({ text }) => text);
  if (lines.length > MAX_LINES) {
    shown.push(`... and ${lines.length - MAX_LINES} more`);
  }
  return shown.join("\n");
}

const seconds = (ms: number) => (ms / 1000).toFixed(3);

const short = (text: string) =>
  text.length > MAX_BODY ? `${text.slice(0, MAX_BODY)}…` : text;
