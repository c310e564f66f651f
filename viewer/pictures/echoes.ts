/**
 * Requests beside their replies: `echo`.
 *
 * @module
 */
import { sameJson } from "../../workbench/json.ts";
import { type Operation, type RunDocument } from "../run/document.ts";

export interface Echo {
  /** Position of the operation. */
  readonly operation: number;
  readonly node: string;
  readonly start: number;
  /** ms; undefined if nothing came. */
  readonly took?: number;
  readonly sent: unknown;
  /** What came back as `echo`; the whole answer if there is no such field. */
  readonly received?: unknown;
  /**
   * `excused`: without an answer, while the node was killed or paused.
   * `open`: the run ended before.
   */
  readonly verdict: "right" | "wrong" | "silent" | "excused" | "open";
}

/** In the order in which they were sent. */
export function echoesOf(run: RunDocument): Echo[] {
  return run.operations.flatMap((operation, at): Echo[] => {
    const { f, node = "", start, end, value, result, type } = operation;
    if (f !== "echo") return [];
    const hasEcho = typeof result === "object" && result !== null &&
      "echo" in result;
    const isRight = hasEcho && sameJson(result.echo, value);
    return [{
      ...{ operation: at, node, start, sent: value },
      took: type === "ok" && end !== undefined ? end - start : undefined,
      received: hasEcho ? result.echo : result ?? undefined,
      verdict: type === "open"
        ? "open"
        : type === "ok"
        ? isRight ? "right" : "wrong"
        : wasDown(run, operation)
        ? "excused"
        : "silent",
    }];
  });
}

const wasDown = ({ faults, duration }: RunDocument, operation: Operation) =>
  faults.some(({ kind, nodes, start, end = Infinity }) =>
    (kind === "kill" || kind === "pause") &&
    nodes.includes(operation.node ?? "") &&
    start < (operation.end ?? duration) && operation.start < end
  );

const ranks: Readonly<Record<Echo["verdict"], number>> = {
  ...{ wrong: 0, silent: 1, open: 2, excused: 2, right: 3 },
};

export const wrongFirst = (echoes: readonly Echo[]): Echo[] =>
  echoes.toSorted((a, b) => ranks[a.verdict] - ranks[b.verdict]);
