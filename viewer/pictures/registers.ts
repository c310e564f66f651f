/**
 * A register's operations over time, and the longest order of them that works:
 * `lin-kv`, and objects of other kinds that must be linearizable.
 *
 * @module
 */
import { looksKeyed } from "../../workbench/checkers/linearizability/calls.ts";
import { type Evidence } from "../../workbench/checkers/result.ts";
import { type RunDocument } from "../run/document.ts";

type Linearization = Extract<Evidence, { kind: "linearization" }>;

/** A key, and what was done to it. */
export interface Register {
  /** Undefined if there is but one object, and values have no keys. */
  readonly key: string | undefined;
  /** Positions, in the order of their beginning. */
  readonly operations: readonly number[];
  /** Present if there is no order of all of them. */
  readonly failure?: Linearization;
  /** What it holds after the order, if it is a register. */
  readonly left: string;
}

/** All keys, those without an order first, as they were found. */
export function registersOf(run: RunDocument): Register[] {
  const byKey = new Map<string | undefined, number[]>();
  const hasKeys = looksKeyed(
    run.operations.map((it) => ({ ...it, type: "invoke" })),
  );
  run.operations.forEach(({ value }, at) => {
    const key = hasKeys && Array.isArray(value) ? say(value[0]) : undefined;
    byKey.getOrInsertComputed(key, () => []).push(at);
  });
  const failures = new Map<string | undefined, Linearization>();
  for (const it of run.evidence) {
    if (it.kind !== "linearization") continue;
    failures.set(hasKeys ? say(it.key) : undefined, it);
  }
  const found = [...failures.keys()];
  const rank = (key: string | undefined) =>
    (found.indexOf(key) + 1) || Infinity;
  return [...byKey].map(([key, operations]) => {
    const failure = failures.get(key);
    const left = failure ? valueAfter(run, hasKeys, failure.order) : "";
    return { key, operations, failure, left };
  }).sort((a, b) =>
    (rank(a.key) === rank(b.key) ? 0 : rank(a.key) - rank(b.key)) ||
    (a.key ?? "").localeCompare(b.key ?? "", "en", { numeric: true })
  );
}

const say = (value: unknown): string =>
  value === undefined || value === null ? "nothing" : JSON.stringify(value);

type Operation = RunDocument["operations"][number];

/** The value without its key, as it was answered if it was. */
function valueOf(
  { value, result, type }: Operation,
  hasKeys: boolean,
): unknown {
  const shown = type === "ok" ? result ?? value : value;
  return hasKeys && Array.isArray(shown) ? shown[1] : shown;
}

/** Such as `read 3`, `write 3`, `cas 1 → 2`, `acquire`. */
function tell(operation: Operation, hasKeys: boolean): string {
  const { f, type } = operation;
  const value = valueOf(operation, hasKeys);
  if (f === "cas") {
    const [from, to] = Array.isArray(value) ? value : [];
    return `cas ${say(from)} → ${say(to)}`;
  }
  if (f === "read" && type !== "ok") {
    return type === "fail" ? "read nothing" : "read ?";
  }
  const isSilent = f !== "read" && (value ?? null) === null;
  return isSilent ? f : `${f} ${say(value)}`;
}

/** What a register holds after an operation; undefined if that is unchanged. */
function written(operation: Operation, hasKeys: boolean): unknown {
  const value = valueOf(operation, hasKeys);
  if (operation.f === "write") return value;
  return operation.f === "cas" && Array.isArray(value) ? value[1] : undefined;
}

function valueAfter(
  { operations }: RunDocument,
  hasKeys: boolean,
  order: readonly number[],
): string {
  const isRegister = operations.every(({ f }) =>
    f === "read" || f === "write" || f === "cas"
  );
  if (!isRegister) return "";
  const after = (at: number) => written(operations[at], hasKeys);
  const last = order.findLast((at) => after(at) !== undefined);
  return last === undefined ? "nothing" : say(after(last));
}

/** One operation as a bar; places along it are steps from event to event. */
export interface Bar {
  /** Position of the operation. */
  readonly operation: number;
  /** Position in {@linkcode RegisterPicture.clients}. */
  readonly row: number;
  readonly from: number;
  readonly to: number;
  /** Whether its end is not known. */
  readonly isOpen: boolean;
  readonly text: string;
  /** `stuck`: could not come next. `failed`: it did not happen. */
  readonly kind: "placed" | "stuck" | "failed" | "other";
  /** Its number in the order, from 1, and where on the bar it took effect. */
  readonly place?: { readonly number: number; readonly at: number };
}

/** Some of a register's operations, drawn. */
export interface RegisterPicture {
  /** Positions of clients that did something here. */
  readonly clients: readonly number[];
  readonly bars: readonly Bar[];
  /** How many events there are: each is a step to the right. */
  readonly steps: number;
  /** ms of each event. */
  readonly times: readonly number[];
  /** Bars with a number, in their order. */
  readonly path: readonly Bar[];
  /** The one of those that are stuck that ended first: it fits nowhere. */
  readonly misfit?: Bar;
}

/**
 * @param shown positions of those of its operations that are to be drawn
 */
export function registerPicture(
  { operations }: RunDocument,
  { key, failure }: Register,
  shown: readonly number[],
): RegisterPicture {
  const events = shown.flatMap((at) => {
    const { index, completed, start, end, type } = operations[at];
    const ends = completed !== undefined && end !== undefined &&
      type !== "info";
    return [
      { at, index, time: start, isEnd: false },
      ...ends ? [{ at, index: completed, time: end, isEnd: true }] : [],
    ];
  }).sort((a, b) => a.index - b.index);
  const from = new Map<number, number>();
  const to = new Map<number, number>();
  events.forEach(({ at, isEnd }, step) => (isEnd ? to : from).set(at, step));
  const steps = events.length;
  const clients = [...new Set(shown.map((at) => operations[at].client))]
    .sort((a, b) => a - b);
  const places = placesOf(failure, from, to, steps);
  const stuck = new Set(failure?.stuck);
  const bars = shown.map((at): Bar => {
    const operation = operations[at];
    const place = places.get(at);
    const kind = stuck.has(at)
      ? "stuck"
      : place
      ? "placed"
      : operation.type === "fail"
      ? "failed"
      : "other";
    return {
      ...{ operation: at, row: clients.indexOf(operation.client), kind, place },
      ...{ from: from.get(at) ?? 0, to: to.get(at) ?? steps },
      ...{ isOpen: !to.has(at), text: tell(operation, key !== undefined) },
    };
  });
  return {
    ...{ clients, bars, steps, times: events.map(({ time }) => time) },
    path: bars.filter(({ place }) => place !== undefined)
      .sort((a, b) => (a.place?.number ?? 0) - (b.place?.number ?? 0)),
    misfit: bars.filter(({ kind }) => kind === "stuck")
      .reduce<Bar | undefined>(
        (first, it) => first && first.to <= it.to ? first : it,
        undefined,
      ),
  };
}

/**
 * Moments in the order of the operations, each within its operation: as far
 * from what bounds it as can be. What comes later in the order is no bound that
 * lies earlier, for the order keeps to time.
 */
function placesOf(
  failure: Linearization | undefined,
  from: ReadonlyMap<number, number>,
  to: ReadonlyMap<number, number>,
  steps: number,
): Map<number, { number: number; at: number }> {
  const { order = [], omitted = 0 } = failure ?? {};
  const numbered = order.map((at, i) => ({ at, number: omitted + i + 1 }))
    .filter(({ at }) => from.has(at));
  const earliest: number[] = [];
  numbered.reduce((bound, { at }, i) => {
    return earliest[i] = Math.max(bound, from.get(at) ?? 0);
  }, 0);
  const latest: number[] = [];
  numbered.reduceRight((bound, { at }, i) => {
    return latest[i] = Math.min(bound, to.get(at) ?? steps);
  }, steps);
  const found = new Map<number, { number: number; at: number }>();
  for (let i = 0, end = 0; i < numbered.length; i = end) {
    // Those between the same bounds share the room.
    while (earliest[end] === earliest[i] && latest[end] === latest[i]) end++;
    for (let j = i; j < end; j++) {
      const share = (j - i + 1) / (end - i + 1);
      const at = earliest[j] + (latest[j] - earliest[j]) * share;
      found.set(numbered[j].at, { number: numbered[j].number, at });
    }
  }
  return found;
}

/** Where to begin, if so many operations are shown: the order's end is seen. */
export function firstShown(
  { operations, failure }: Register,
  size: number,
): number {
  const at = failure ? operations.indexOf(failure.stuck[0]) : 0;
  const most = Math.max(0, operations.length - size);
  return Math.min(most, Math.max(0, at - Math.floor(size * 0.7)));
}
