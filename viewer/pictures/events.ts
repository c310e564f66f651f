/**
 * The history of a run: its operations' begins and ends.
 *
 * @module
 */
import { type Operation, type RunDocument } from "../run/document.ts";

/** An operation begins or ends. */
export interface OperationEvent {
  readonly operation: Operation;
  /** Its position in the run. */
  readonly at: number;
  readonly isEnd: boolean;
}

/** In the order in which they happened. */
export function eventsOf(
  { operations }: Pick<RunDocument, "operations">,
): OperationEvent[] {
  return operations.flatMap((operation, at) => [
    { index: operation.index, operation, at, isEnd: false },
    ...operation.completed === undefined
      ? []
      : [{ index: operation.completed, operation, at, isEnd: true }],
  ]).sort((a, b) => a.index - b.index);
}
