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
  const calls = pairs(history)
    .filter(({ complete }) => complete?.type !== "fail")
    .map(({ invoke, complete }) => {
      const isOk = complete?.type === "ok";
      return {
        f: invoke.f,
        value: invoke.value,
        result: isOk ? complete.value : undefined,
        isOk,
        begin: invoke.index,
        end: isOk ? complete.index : Infinity,
      };
    });
  const search = (rest: typeof calls, state: S): boolean => {
    if (rest.every(({ isOk }) => !isOk)) return true;
    const firstEnd = Math.min(...rest.map(({ end }) => end));
    return rest.some((call, i) => {
      if (call.begin > firstEnd) return false;
      const next = step(state, call);
      return next !== undefined && search(rest.toSpliced(i, 1), next);
    });
  };
  return search(calls, initial);
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
