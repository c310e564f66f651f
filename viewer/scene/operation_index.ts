/** Finds the operations of a stretch of time. @module */
import { type RunDocument } from "../run/document.ts";
import { type Lanes } from "./lanes.ts";
import { lowerBound } from "./spans.ts";
import { type View } from "./view.ts";

/** What one client did, in order. */
interface Row {
  readonly lane: number;
  readonly operations: readonly number[];
  readonly starts: Float64Array;
  /** The latest end so far: grows. */
  readonly latest: Float64Array;
}

export class OperationIndex {
  readonly #rows: readonly Row[];

  constructor({ operations, clients, duration }: RunDocument, lanes: Lanes) {
    const own: number[][] = clients.map(() => []);
    operations.forEach(({ client }, i) => own[client]?.push(i));
    this.#rows = lanes.all.flatMap((lane, at) =>
      lane.clients.map((client): Row => {
        let latest = -Infinity;
        return {
          lane: at,
          operations: own[client],
          starts: Float64Array.from(own[client], (i) => operations[i].start),
          latest: Float64Array.from(
            own[client],
            (i) => latest = Math.max(latest, operations[i].end ?? duration),
          ),
        };
      })
    );
  }

  /** Visits those that are not over before it, nor begin after it. */
  visit(
    { start, end }: View,
    see: (operation: number, lane: number) => void,
  ): void {
    for (const { lane, operations, starts, latest } of this.#rows) {
      const last = lowerBound(starts, end, true);
      for (let i = lowerBound(latest, start); i < last; i++) {
        see(operations[i], lane);
      }
    }
  }
}
