/**
 * What each read of a counter may have shown: `g-counter` and `pn-counter`.
 *
 * @module
 */
import { acceptableSums } from "../../workbench/checkers/counter.ts";
import { type Operation, type RunDocument } from "../run/document.ts";
import { eventsOf } from "./events.ts";

/** A read beside the sums that were possible when it was performed. */
export interface SumRead {
  /** Position of the operation. */
  readonly operation: number;
  readonly node: string;
  readonly start: number;
  readonly end: number;
  /** `undefined`: no integer. */
  readonly sum: number | undefined;
  /**
   * With all adds that were acknowledged before it began, and those that were
   * asked for before it ended as far as they make it lower, or higher.
   */
  readonly lowest: number;
  readonly highest: number;
  readonly isFinal: boolean;
  /**
   * `behind`: it lacks adds, as it may before the end. `wrong`: no order and no
   * delay of adds explains it; or it is final, and not what all adds sum up to.
   */
  readonly verdict: "possible" | "behind" | "wrong";
  /** How far it is from the sums that were possible; 0: it is one of them. */
  readonly off: number;
}

/** Sums of the adds that have positive, and of those that have negative deltas. */
interface Sums {
  up: number;
  down: number;
}

/** In the order in which they ended. */
export function readsOfSums(run: RunDocument): SumRead[] {
  const acknowledged: Sums = { up: 0, down: 0 };
  const asked: Sums = { up: 0, down: 0 };
  const atStart = new Map<Operation, Sums>();
  const reads: SumRead[] = [];
  const isAcceptable = acceptableBy(run);
  for (const { operation, at, isEnd } of eventsOf(run)) {
    const { f, type, result, value, start, end = start, node = "" } = operation;
    if (f === "add") {
      const delta = integer(value) ?? 0;
      // What was refused has not happened: it counts for nothing.
      if (!isEnd && type !== "fail") count(asked, delta);
      if (isEnd && type === "ok") count(acknowledged, delta);
    } else if (f === "read" && !isEnd) {
      atStart.set(operation, { ...acknowledged });
    } else if (f === "read" && type === "ok") {
      const sure = atStart.get(operation) ?? acknowledged;
      const lowest = sure.up + asked.down;
      const highest = asked.up + sure.down;
      const sum = integer(result);
      const off = sum === undefined
        ? 0
        : sum < lowest
        ? sum - lowest
        : Math.max(0, sum - highest);
      const isExplained = sum !== undefined && asked.down <= sum &&
        sum <= asked.up;
      const isFinal = operation.final === true;
      reads.push({
        ...{ operation: at, node, start, end, sum, lowest, highest, off },
        isFinal,
        verdict: !isExplained || (isFinal && !isAcceptable(sum))
          ? "wrong"
          : off === 0
          ? "possible"
          : "behind",
      });
    }
  }
  return reads;
}

/** Whether a final read may show a sum: as the checker judges. */
function acceptableBy({ operations }: RunDocument): (sum: number) => boolean {
  let definite = 0n;
  const maybe: bigint[] = [];
  for (const { f, value, type } of operations) {
    const delta = f === "add" ? integer(value) : undefined;
    if (delta === undefined || type === "fail") continue;
    if (type === "ok") definite += BigInt(delta);
    else maybe.push(BigInt(delta));
  }
  const sums = acceptableSums(definite, maybe);
  return (sum) => sums.some(([a, b]) => a <= sum && sum <= b);
}

function count(sums: Sums, delta: number): void {
  if (delta > 0) sums.up += delta;
  else sums.down += delta;
}

/** Long ones are texts in a document. */
function integer(value: unknown): number | undefined {
  const number = typeof value === "string" && /^-?\d{16,}$/.test(value)
    ? Number(value)
    : value;
  return typeof number === "number" && Number.isInteger(number)
    ? number
    : undefined;
}

/** What a read's place among the sums means. */
export function inWords(read: SumRead): string {
  const { sum, lowest, highest, verdict, off, isFinal } = read;
  if (sum === undefined) return "no integer";
  const possible = lowest === highest ? `${lowest}` : `${lowest} to ${highest}`;
  if (verdict === "possible") return `one of ${possible}`;
  const by = Math.abs(off);
  const far = off === 0
    ? "no sum of adds"
    : off < 0
    ? `${by} below ${possible}`
    : `${by} above ${possible}`;
  if (verdict === "behind") return `${far}: adds were on their way still`;
  return isFinal
    ? `${far}, and it is final`
    : `${far}, and no delay explains it`;
}
