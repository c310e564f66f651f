import { type History, NEMESIS, type Op } from "../load/history.ts";

/** A fault in a history, from its begin to its end. */
export interface FaultPeriod {
  readonly f: "kill" | "pause" | "start-partition";
  readonly begin: Op;
  /** Absent if the run ended before. */
  readonly end?: Op;
}

const ends = {
  "kill": "start",
  "pause": "resume",
  "start-partition": "stop-partition",
} as const;

const isFault = (f: string): f is FaultPeriod["f"] => Object.hasOwn(ends, f);

/** All faults, in the order in which they began. */
export function faultPeriods(history: History): FaultPeriod[] {
  const ops = history.filter(({ process }) => process === NEMESIS);
  return ops.flatMap((begin, i) => {
    const { f } = begin;
    if (!isFault(f)) return [];
    const end = ops.find((op, j) => j > i && op.f === ends[f]);
    return [{ f, begin, end }];
  });
}

/** Whether a node was killed or paused by it. */
export function isDown(node: string, { f, begin: { value } }: FaultPeriod) {
  return f !== "start-partition" && Array.isArray(value) &&
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

/** All nodes that something befell. */
function victims(periods: readonly FaultPeriod[]): string[] {
  return periods.flatMap(({ begin: { value } }) =>
    Array.isArray(value) ? value.map(String) : Object.keys(value ?? {})
  );
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
  const told = tell(within, concerned) || tell(within, victims(within));
  return told === "" ? "" : `Meanwhile ${told}.`;
}

function tell(periods: readonly FaultPeriod[], ids: readonly string[]): string {
  const nodes = [...new Set(ids)];
  const told = periods.flatMap((period) => {
    const { f, begin, end } = period;
    const until = end === undefined ? "the end" : seconds(end);
    const when = `from ${seconds(begin)} to ${until}`;
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
