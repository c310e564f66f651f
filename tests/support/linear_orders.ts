/**
 * Whether operations could have taken effect one after the other, each between
 * its begin and its end, found out by trying all orders: slow, and too simple
 * to be wrong. And small random histories to try it on.
 *
 * @module
 */
import fc from "fast-check";
import {
  type History,
  type Op,
  type OpType,
  pairs,
} from "../../workbench/load/history.ts";
import { hasOrder } from "./intervals.ts";

/** What an operation asks, and what it was told if it ended ok. */
export interface Asked {
  readonly f: string;
  readonly value: unknown;
  readonly result?: unknown;
}

/**
 * Whether some order works. What is not known to have happened may, at any
 * time after its begin.
 *
 * @param step the state after an operation; undefined if it can't be
 */
export function isLinearizable<S>(
  history: History,
  initial: S,
  step: (state: S, asked: Asked) => S | undefined,
): boolean {
  const intervals = pairs(history)
    .filter(({ complete }) => complete?.type !== "fail")
    .map(({ invoke: { f, value, index }, complete }) => {
      const ok = complete?.type === "ok" ? complete : undefined;
      const operation: Asked = { f, value, result: ok?.value };
      return { operation, begin: index, end: ok?.index };
    });
  return hasOrder({ name: "", init: initial, step }, intervals);
}

/** Random histories of a few processes whose operations overlap. */
export function concurrent(
  asked: fc.Arbitrary<Asked>,
  { maxLength }: { readonly maxLength: number },
): fc.Arbitrary<History> {
  const ending = fc.constantFrom<OpType>(
    "ok",
    "ok",
    "ok",
    "ok",
    "info",
    "fail",
  );
  const call = fc.record({
    asked,
    ending,
    begin: fc.nat(99),
    span: fc.nat(60),
  });
  return fc.array(call, { maxLength }).map((calls) =>
    calls.flatMap(({ asked: { f, value, result }, ending, begin, span }, i) => {
      const isOk = ending === "ok";
      const invoke = { process: i, type: "invoke", f, value } as const;
      const complete = {
        process: i,
        type: ending,
        f,
        value: isOk && result !== undefined ? result : value,
      } as const;
      return [
        { at: begin, order: 0, op: invoke },
        { at: begin + span, order: 1, op: complete },
      ];
    })
      .sort((a, b) => a.at - b.at || a.order - b.order)
      .map(({ op }, index): Op => ({ ...op, index, time: index * 1e6 }))
  );
}
