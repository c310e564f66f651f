/**
 * Where figures bend and promises break, by rules; and whether what people have
 * written about it is still so.
 *
 * @module
 */
import {
  type Figures,
  type Grid,
  type Measured,
  RATE,
  type Setting,
} from "./grid.ts";

/** What bends, along what. The rules stand in {@linkcode rules}. */
export type Bend = `${Axis}: ${Figure}`;
export type Axis = "latency" | "spread" | "size" | "fault";
export type Figure =
  | "broken"
  | "answered"
  | "load"
  | "messages"
  | "tail"
  | "stable";

/** On which values of the axis. */
export type Places = readonly (number | string)[];

/** Bends that have one reason, and the reason. */
export interface Why {
  readonly bends: Readonly<Partial<Record<Bend, Places>>>;
  /** A sentence or two, in Markdown. */
  readonly because: string;
  /** Whether the figures are as the sentences say. @default yes */
  holds?(measured: Measured): boolean;
}

/** Shares below this, and loads below this part of what is asked, are bends. */
export const ENOUGH = 0.99;
export const BUSY = 0.9;

interface Rule {
  readonly axis: Axis;
  readonly figure: Figure;
  /** In words, the rest of a sentence that begins with the places. */
  readonly says: string;
  /** @param calm the figures that they are held against */
  isBent(it: Figures, calm: Figures): boolean;
}

const isUnanswered = ({ answered }: Figures) => answered < ENOUGH;
const isTimes = (factor: number, it: number, calm: number) =>
  it > 0.1 && it > factor * calm;

/** What takes less than 10 ms is no tail. */
const hasTail = ({ latency: it }: Figures, { latency: calm }: Figures) =>
  it !== undefined && calm !== undefined && it.p99 >= 10 &&
  isTimes(3, it.p99, calm.p99);

const broken = (axis: Axis): Rule => ({
  axis,
  figure: "broken",
  says: "the checks fail",
  isBent: ({ broken }) => broken > 0,
});

const answered = (axis: Axis): Rule => ({
  axis,
  figure: "answered",
  says: "less than 99 % is answered",
  isBent: isUnanswered,
});

const load = (axis: Axis): Rule => ({
  axis,
  figure: "load",
  says: `clients get to less than ${BUSY * RATE} operations a second`,
  isBent: ({ perSecond }) => perSecond < BUSY * RATE,
});

export const rules: readonly Rule[] = [
  broken("latency"),
  answered("latency"),
  load("latency"),
  {
    axis: "latency",
    figure: "messages",
    says: "an operation takes more than 1.5 times as many messages as at 1 ms",
    isBent: (it, calm) => isTimes(1.5, it.messages, calm.messages),
  },
  broken("spread"),
  {
    axis: "spread",
    figure: "answered",
    says: "less than 99 % is answered, and more with constant ones",
    isBent: (it, calm) => isUnanswered(it) && !isUnanswered(calm),
  },
  {
    axis: "spread",
    figure: "messages",
    says:
      "an operation takes more than 1.5 times as many messages as with constant ones",
    isBent: (it, calm) => isTimes(1.5, it.messages, calm.messages),
  },
  {
    axis: "spread",
    figure: "tail",
    says: "the 99th percentile is more than 3 times that with constant ones",
    isBent: hasTail,
  },
  broken("size"),
  answered("size"),
  load("size"),
  {
    axis: "size",
    figure: "messages",
    says: "an operation takes more than twice as many messages as with 5 nodes",
    isBent: (it, calm) => isTimes(2, it.messages, calm.messages),
  },
  {
    axis: "size",
    figure: "stable",
    says: "the median time to all nodes is more than twice that with 5 nodes",
    isBent: (it, calm) =>
      isTimes(2, it.stable?.median ?? 0, calm.stable?.median ?? Infinity),
  },
  broken("fault"),
  answered("fault"),
  {
    axis: "fault",
    figure: "messages",
    says: "an operation takes more than 1.5 times as many messages as without",
    isBent: (it, calm) => isTimes(1.5, it.messages, calm.messages),
  },
  {
    axis: "fault",
    figure: "tail",
    says: "the 99th percentile is more than 3 times that without",
    isBent: hasTail,
  },
  {
    axis: "fault",
    figure: "stable",
    says: "the longest time to all nodes is more than 3 times that without",
    isBent: (it, calm) =>
      isTimes(3, it.stable?.max ?? 0, calm.stable?.max ?? Infinity),
  },
];

/** What is looked at along an axis: where, how that is called, beside what. */
type Look = readonly [
  place: number | string,
  at: Partial<Setting>,
  beside: Partial<Setting>,
];

function looksAlong(axis: Axis, grid: Grid): Look[] {
  switch (axis) {
    case "latency": {
      const [lowest] = grid.latencies;
      return grid.latencies.map((latency) => [
        latency,
        { latency },
        { latency: lowest },
      ]);
    }
    case "spread":
      return grid.latencies.map((latency) => [
        latency,
        { latency, spread: "exponential" },
        { latency },
      ]);
    case "size":
      return grid.sizes.map((nodes) => [nodes, { nodes }, {}]);
    case "fault":
      return grid.faults.filter((fault) => fault !== "none").map((fault) => [
        fault,
        { fault },
        {},
      ]);
  }
}

/** Where faults break promises: one that does at all latencies is one place. */
function brokenFaults(measured: Measured, grid: Grid): Places {
  return grid.faults.filter((fault) => fault !== "none").flatMap((fault) => {
    const broken = grid.faultLatencies.filter((latency) =>
      (measured.get({ fault, latency })?.broken ?? 0) > 0
    );
    return broken.length === grid.faultLatencies.length
      ? [fault]
      : broken.map((latency) => `${fault} at ${ms(latency)}`);
  });
}

export const ms = (value: number) => `${value.toLocaleString("en")} ms`;

/** Where the figures of a script bend, by the rules. */
export function bendsOf(measured: Measured, grid: Grid): Map<Bend, Places> {
  const found = new Map<Bend, Places>();
  for (const { axis, figure, isBent } of rules) {
    const places = axis === "fault" && figure === "broken"
      ? brokenFaults(measured, grid)
      : looksAlong(axis, grid).filter(([, at, beside]) => {
        const [it, calm] = [measured.get(at), measured.get(beside)];
        return it !== undefined && calm !== undefined && isBent(it, calm);
      }).map(([place]) => place);
    if (places.length > 0) found.set(`${axis}: ${figure}`, places);
  }
  return found;
}

/** Where what people wrote and what was measured differ, a sentence for each. */
export function disagreements(
  why: readonly Why[],
  found: ReadonlyMap<Bend, Places>,
  measured: Measured,
): string[] {
  const written = new Map(
    why.flatMap(({ bends }) => Object.entries(bends)),
  );
  const sameAs = (a: Places = [], b: Places = []) => a.join() === b.join();
  const list = (places: Places = []) => places.join(", ") || "nowhere";
  const places = rules.flatMap(({ axis, figure, says }) => {
    const bend: Bend = `${axis}: ${figure}`;
    const [here, there] = [written.get(bend), found.get(bend)];
    return sameAs(here, there) ? [] : [
      `${bend} (${says}): explained for ${list(here)}, measured at ` +
      `${list(there)}`,
    ];
  });
  const claims = why.filter((it) => it.holds?.(measured) === false)
    .map(({ because }) => `what is said does not hold: "${because}"`);
  return [...places, ...claims];
}
