import { type History, NEMESIS, type Op } from "../history.ts";

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
export function victims(periods: readonly FaultPeriod[]): string[] {
  return periods.flatMap(({ begin: { value } }) =>
    Array.isArray(value) ? value.map(String) : Object.keys(value ?? {})
  );
}

/** Faults that are told of one value; the rest are counted. */
const MAX_FAULTS = 4;

/**
 * What befell some nodes while a value was under way, in words; empty if
 * nothing did.
 *
 * @param nodes those that the value had to do with
 * @param from when the value came up, in ns
 * @param to when it was missed, in ns
 */
export function tellFaults(
  periods: readonly FaultPeriod[],
  nodes: readonly (string | undefined)[],
  from: number,
  to: number,
): string {
  const concerned = [...new Set(nodes)].filter((it) => it !== undefined);
  const told = periods.flatMap((period) => {
    const { f, begin, end } = period;
    if (begin.time > to || (end?.time ?? Infinity) < from) return [];
    const until = end === undefined ? "the end" : seconds(end);
    const when = `from ${seconds(begin)} to ${until}`;
    return concerned.flatMap((node) => {
      if (isDown(node, period)) {
        return [
          `${node} was ${f === "kill" ? "killed, and down" : "paused"} ${when}`,
        ];
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
