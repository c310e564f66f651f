import { type History, NEMESIS, type Op } from "../load/history.ts";

/** A fault in a history, from its begin to its end. */
export interface FaultPeriod {
  /** `kill`, `pause`, `start-partition`, or what a user's own calls itself. */
  readonly f: string;
  readonly begin: Op;
  /** Absent if the run ended before. */
  readonly end?: Op;
}

/** What ends each of ours. Of users' own the history has the numbers. */
const ends = new Map([
  ["kill", "start"],
  ["pause", "resume"],
  ["start-partition", "stop-partition"],
]);

/** All faults, in the order in which they began. */
export function faultPeriods(history: History): FaultPeriod[] {
  const periods: { f: string; begin: Op; end?: Op }[] = [];
  /** By what ends them: a name, or a user's fault's number. */
  const inForce = new Map<unknown, typeof periods>();
  for (const op of history) {
    if (op.process !== NEMESIS) continue;
    const { f, fault } = op;
    const isOurEnd = ends.values().some((end) => end === f);
    const key = ends.get(f) ?? (isOurEnd ? f : fault);
    const open = inForce.get(key) ?? [];
    const begins = ends.has(f) ||
      !isOurEnd && fault !== undefined && open.length === 0;
    if (begins) {
      const period = { f, begin: op };
      periods.push(period);
      inForce.set(key, [...open, period]);
    } else {
      for (const period of open) period.end = op;
      inForce.delete(key);
    }
  }
  return periods;
}

/** What ours are called, one and many. */
const nouns = new Map([
  ["kill", ["kill", "kills"]],
  ["pause", ["pause", "pauses"]],
  ["start-partition", ["partition", "partitions"]],
]);

/**
 * How many faults of each kind there were, in the order of their first:
 * `2 partitions`, `1 kill`, and of a user's own `3 x slow-disk`.
 */
export function countFaults(history: History): string[] {
  const counts = new Map<string, number>();
  for (const { f } of faultPeriods(history)) {
    counts.set(f, (counts.get(f) ?? 0) + 1);
  }
  return [...counts].map(([f, count]) => {
    const [one, many] = nouns.get(f) ?? [];
    return `${count} ${count === 1 ? one ?? `x ${f}` : many ?? `x ${f}`}`;
  });
}

/** Whether a node was killed or paused by it. */
export function isDown(node: string, { f, begin: { value } }: FaultPeriod) {
  return (f === "kill" || f === "pause") && Array.isArray(value) &&
    value.includes(node);
}

/** Whom a partition kept a node from hearing. */
function unheardBy(node: string, { f, begin: { value } }: FaultPeriod) {
  if (f !== "start-partition" || typeof value !== "object" || value === null) {
    return [];
  }
  const cut: unknown = new Map(Object.entries(value)).get(node);
  return Array.isArray(cut) ? cut.map(String) : [];
}

/** All nodes that a fault befell, as far as it names them. */
export function victimsOf({ begin: { value } }: FaultPeriod): string[] {
  return typeof value === "string"
    ? [value]
    : Array.isArray(value)
    ? value.map(String)
    : Object.keys(value ?? {});
}

/** Faults that are told of one value; the rest are counted. */
const MAX_FAULTS = 4;

/**
 * What happened to the nodes of some operations between the first and the last
 * of these, as a sentence; else what happened to others; empty if nothing did.
 */
export function meanwhile(
  periods: readonly FaultPeriod[],
  ops: readonly Op[],
): string {
  const from = Math.min(...ops.map(({ time }) => time));
  const to = Math.max(...ops.map(({ time }) => time));
  const within = periods.filter(({ begin, end }) =>
    begin.time <= to && (end?.time ?? Infinity) >= from
  );
  const concerned = ops.flatMap(({ node }) => node ?? []);
  const told = tell(within, concerned) ||
    tell(within, within.flatMap(victimsOf));
  return told === "" ? "" : `Meanwhile ${told}.`;
}

function tell(periods: readonly FaultPeriod[], ids: readonly string[]): string {
  const nodes = [...new Set(ids)];
  const told = periods.flatMap((period) => {
    const { f, begin, end } = period;
    const until = end === undefined ? "the end" : seconds(end);
    const when = `from ${seconds(begin)} to ${until}`;
    if (!ends.has(f)) {
      const names = victimsOf(period);
      // One that names nobody befalls all.
      if (names.length === 0) return [`there was ${f} ${when}`];
      const found = names.filter((name) => nodes.includes(name));
      return found.length > 0
        ? [`there was ${f} at ${list(found)} ${when}`]
        : [];
    }
    return nodes.flatMap((node) => {
      if (isDown(node, period)) {
        const what = f === "kill" ? "killed, and down" : "paused";
        return [`${node} was ${what} ${when}`];
      }
      const cut = unheardBy(node, period);
      return cut.length > 0
        ? [`${node} did not hear ${list(cut)} ${when}`]
        : [];
    });
  });
  const more = told.length - MAX_FAULTS;
  if (more > 0) told.splice(MAX_FAULTS, more, `and ${more} more`);
  return told.join("; ");
}

const seconds = ({ time }: Op) => `${(time / 1e9).toFixed(3)} s`;

function list(names: readonly string[]): string {
  const most = 6;
  return names.length <= most
    ? names.join(", ")
    : `${names.slice(0, most).join(", ")} and ${names.length - most} more`;
}
