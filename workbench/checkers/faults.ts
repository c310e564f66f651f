import { isClient } from "../cluster/client_names.ts";
import { seconds } from "./words.ts";
import { type History, NEMESIS, type Op } from "../load/history.ts";

/** A fault in a history, from its begin to its end. */
export interface FaultPeriod {
  /**
   * `kill`, `pause`, `start-partition`, `remove-member`, or what a user's own
   * calls itself.
   */
  readonly f: string;
  /** `byHand` if it is a step of a script of faults. */
  readonly begin: Op;
  /** The same as the begin, if it has no length. Absent if the run ended before. */
  readonly end?: Op;
  /** Whom it befell, if not all that the begin names: a hand ended it for some. */
  readonly only?: readonly string[];
  /** Whether it is unknown if it came to be: the request had no clear answer. */
  readonly isUnsure?: boolean;
}

/**
 * The requests of `--nemesis membership`: each is two events, of which the
 * second says how it `ended`. Around them stand what was planned.
 */
const REMOVAL = "remove-member";
const ADDITION = "add-member";
const plans: ReadonlySet<string> = new Set(["remove-members", "add-members"]);

/** Whose membership a request is about; undefined: it is no such request. */
function subjectOf({ f, value }: Op): string | undefined {
  return (f === REMOVAL || f === ADDITION) && typeof value === "object" &&
      value !== null && "node" in value && "asked" in value
    ? `${value.node}`
    : undefined;
}

/** What ends each of ours. Of users' own the history has the numbers. */
const ends = new Map([
  ["kill", "start"],
  ["pause", "resume"],
  ["start-partition", "stop-partition"],
  ["start-one-way", "stop-one-way"],
]);

/** What ends each step of a hand's; others have no length. */
const handEnds = new Map([
  ["kill", "start"],
  ["pause", "resume"],
  ["cut", "heal"],
]);

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

const namesIn = (value: unknown): string[] =>
  Array.isArray(value) ? value.map(String) : [];

/**
 * What of a hand's ends together: this node's kill with its start, this link's
 * cut with its heal, whatever others do meanwhile.
 */
const handKey = (end: string, names: readonly string[]) =>
  JSON.stringify([end, ...names.toSorted()]);

/** All faults, in the order in which they began. */
export function faultPeriods(history: History): FaultPeriod[] {
  const periods: Mutable<FaultPeriod>[] = [];
  /** By what ends them: a name, or a user's fault's number. */
  const inForce = new Map<unknown, typeof periods>();
  const close = (key: unknown, op: Op) => {
    for (const period of inForce.get(key) ?? []) period.end = op;
    inForce.delete(key);
  };
  /** The nemesis' end for one node, which the others wait for. */
  const release = (end: string, node: string, op: Op) => {
    for (const period of inForce.get(end) ?? []) {
      const names = period.only ?? namesIn(period.begin.value);
      if (!names.includes(node)) continue;
      period.only = names.filter((it) => it !== node);
      const released = { ...period, only: [node], end: op };
      periods.splice(periods.indexOf(period), 0, released);
    }
  };
  const takeByHand = (op: Op) => {
    const { f, value } = op;
    const names = namesIn(value);
    const end = handEnds.get(f);
    const isEnd = handEnds.values().some((it) => it === f);
    // Who is dead is paused no more.
    const over = f === "kill" ? "resume" : isEnd ? f : undefined;
    if (over !== undefined) {
      close(handKey(over, names), op);
      for (const node of names) release(over, node, op);
    }
    if (isEnd) return;
    const period: FaultPeriod = end === undefined
      ? { f, begin: op, end: op }
      : { f, begin: op };
    periods.push(period);
    if (end !== undefined) inForce.set(handKey(end, names), [period]);
  };
  const takeRequest = (op: Op, node: string) => {
    const { f, ended } = op;
    const key = JSON.stringify([REMOVAL, node]);
    if (f === ADDITION) {
      if (ended === "ok") close(key, op);
    } else if (ended === undefined) {
      const period = { f, begin: op, only: [node], isUnsure: true };
      periods.push(period);
      inForce.set(key, [...inForce.get(key) ?? [], period]);
    } else if (ended === "ok") {
      for (const period of inForce.get(key) ?? []) delete period.isUnsure;
    } else if (ended === "fail") {
      const refused = inForce.get(key)?.pop();
      if (refused) periods.splice(periods.indexOf(refused), 1);
    }
  };
  for (const op of history) {
    if (op.process !== NEMESIS) continue;
    const { f, fault } = op;
    if (plans.has(f)) continue;
    const subject = subjectOf(op);
    if (subject !== undefined) {
      takeRequest(op, subject);
      continue;
    }
    if (op.byHand === true) {
      takeByHand(op);
      continue;
    }
    if (f === "kill") {
      for (const node of namesIn(op.value)) {
        close(handKey("resume", [node]), op);
      }
    }
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
      close(key, op);
    }
  }
  return periods.filter(({ only }) => only?.length !== 0);
}

/** A node that ended itself: nobody killed it. */
const STOP = "kill by itself";

/** Why a node ended itself, if it did so. */
export const stopOf = ({ f, why }: Op): string | undefined =>
  f === "kill" && typeof why === "string" ? why : undefined;

/** What ours are called, one and many. */
const nouns = new Map([
  ["kill", ["kill", "kills"]],
  [STOP, ["node that stopped by itself", "nodes that stopped by themselves"]],
  ["pause", ["pause", "pauses"]],
  ["start-partition", ["partition", "partitions"]],
  ["start-one-way", ["one-way partition", "one-way partitions"]],
  [REMOVAL, ["removed member", "removed members"]],
  ["cut", ["cut link", "cut links"]],
  ["drop", ["dropped message", "dropped messages"]],
  ["delay", ["delayed message", "delayed messages"]],
  ["duplicate", ["duplicated message", "duplicated messages"]],
  ["skew", ["clock set", "clocks set"]],
]);

/**
 * How many faults of each kind there were, in the order of their first:
 * `2 partitions`, `1 kill`, and of a user's own `3 x slow-disk`; what a hand
 * did is counted on its own: `1 kill by hand`.
 */
export function countFaults(history: History): string[] {
  const counts = new Map<string, number>();
  const begins = new Set(faultPeriods(history).map(({ begin }) => begin));
  for (const begin of begins) {
    const { f } = begin;
    const name = begin.byHand === true
      ? `${f} by hand`
      : stopOf(begin) !== undefined
      ? STOP
      : f;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return [...counts].map(([name, count]) => {
    const f = name.replace(/ by hand$/, "");
    // A user's own may be called cut, too.
    const isKnown = f !== name || ends.has(f) || f === REMOVAL || f === STOP;
    const [one, many] = isKnown ? nouns.get(f) ?? [] : [];
    const noun = (count === 1 ? one : many) ?? `x ${f}`;
    return `${count} ${noun}${f === name ? "" : " by hand"}`;
  });
}

/** Whether a node was killed or paused by it. */
export function isDown(node: string, { f, begin, only }: FaultPeriod) {
  return (f === "kill" || f === "pause") &&
    (only ?? namesIn(begin.value)).includes(node);
}

/** Whether a hand dropped or delayed a message between a node and a client. */
export function isKeptFromClient(op: Op, node?: string): boolean {
  const { names } = pointOf(op) ?? {};
  return (op.f === "drop" || op.f === "delay") && names !== undefined &&
    (node === undefined || names.includes(node)) && names.some(isClient);
}

/** Whom a partition, in both directions or in one, kept a node from hearing. */
function unheardBy(
  node: string,
  { f, begin: { value, byHand } }: FaultPeriod,
) {
  if (f === "cut" && byHand === true && Array.isArray(value)) {
    return value.includes(node)
      ? value.map(String).filter((it) => it !== node)
      : [];
  }
  return f === "start-partition" || f === "start-one-way"
    ? namesIn(new Map(Object.entries(value ?? {})).get(node))
    : [];
}

/** Who does not hear a node that goes on hearing them. */
const deafTo = (node: string, period: FaultPeriod) =>
  period.f === "start-one-way"
    ? victimsOf(period).filter((it) => unheardBy(it, period).includes(node))
    : [];

/** All nodes that a fault befell, as far as it names them. */
export function victimsOf(
  { begin, only }: Pick<FaultPeriod, "begin" | "only">,
): string[] {
  const { value } = begin;
  if (only !== undefined) return [...only];
  const point = pointOf(begin);
  if (point !== undefined) return [...point.names];
  return typeof value === "string"
    ? [value]
    : Array.isArray(value)
    ? value.map(String)
    : Object.keys(value ?? {});
}

/**
 * What a hand did at one point of time: to whom or between whom, and in words.
 */
export function pointOf(
  { byHand, f, value }: Op,
): { readonly names: readonly string[]; readonly text: string } | undefined {
  if (byHand !== true || typeof value !== "object" || value === null) {
    return undefined;
  }
  if ("message" in value && "src" in value && "dest" in value) {
    const { message, src, dest } = value;
    const how = "by" in value ? `delayed by ${value.by} ms` : `${f}d`;
    return {
      names: [`${src}`, `${dest}`],
      text: `message ${message} from ${src} to ${dest} was ` +
        (f === "drop" ? "dropped" : how),
    };
  }
  if ("node" in value && "by" in value) {
    return {
      names: [`${value.node}`],
      text: `the clock of ${value.node} was set ${
        Number(value.by) < 0 ? "back" : "forward"
      } by ${Math.abs(Number(value.by))} ms`,
    };
  }
  return undefined;
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
    const point = pointOf(begin);
    if (point !== undefined) {
      return point.names.some((name) => nodes.includes(name))
        ? [`${point.text} by hand at ${seconds(begin)}`]
        : [];
    }
    if (f === REMOVAL) {
      const what = period.isUnsure ? "perhaps no member" : "no member";
      return victimsOf(period).filter((name) => nodes.includes(name))
        .map((name) => `${name} was ${what} ${when}`);
    }
    const byHand = begin.byHand === true ? " by hand" : "";
    if (!ends.has(f) && byHand === "") {
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
        const why = stopOf(begin);
        if (why !== undefined) {
          return [`${node} stopped by itself (${why}), and was down ${when}`];
        }
        const what = f === "kill"
          ? `killed${byHand}, and down`
          : `paused${byHand}`;
        return [`${node} was ${what} ${when}`];
      }
      const cut = unheardBy(node, period);
      const deaf = deafTo(node, period);
      const what = [
        ...cut.length > 0 ? [`did not hear ${list(cut)}`] : [],
        ...deaf.length > 0 ? [`was not heard by ${list(deaf)}`] : [],
      ].join(" and ");
      return what === ""
        ? []
        : [`${node} ${what} ${when}` + (byHand && ", cut by hand")];
    });
  });
  const more = told.length - MAX_FAULTS;
  if (more > 0) told.splice(MAX_FAULTS, more, `and ${more} more`);
  return told.join("; ");
}

function list(names: readonly string[]): string {
  const most = 6;
  return names.length <= most
    ? names.join(", ")
    : `${names.slice(0, most).join(", ")} and ${names.length - most} more`;
}
