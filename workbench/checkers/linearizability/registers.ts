/**
 * Whether registers are linearizable, as Maelstrom's workload lin-kv asks.
 *
 * @module
 */
import { parseJson, stringifyJson } from "../../json.ts";
import { type History } from "../../load/history.ts";
import { type CheckResult, combine, stricter } from "../result.ts";
import { partsOf, valueOf } from "./calls.ts";
import { anomalyOf, type LinearizabilityOptions, resultOf } from "./check.ts";
import { DEFAULT_LIMITS } from "./linearize.ts";
import {
  casRegister,
  NOTHING,
  type RegisterOperation,
} from "./models/register.ts";
import { decide, type Finding, type Part, type Placeable } from "./parts.ts";

type Call = Placeable<RegisterOperation>;

/**
 * Each key is a linearizable register. The values of operations are
 * `[key, value]`, of `cas` `[key, [from, to]]`.
 *
 * A read of `null`, and one that fails because there is no such key (error 20),
 * saw that nothing was written yet: a store that forgets gives itself away so. A
 * compare-and-set that is refused because of the value (error 22), or because
 * there is no such key, saw that too. To Knossos, and so to Maelstrom, they tell
 * nothing. A compare-and-set that fails for another reason, or for none that is
 * told, tells nothing here either: it may do so spuriously, as the one in
 * hardware.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { checkLinearizableRegisters } from "./registers.ts";
 *
 * const op = (index: number, type: "invoke" | "ok", f: string, value: unknown) =>
 *   ({ index, time: index, type, process: 0, f, value });
 * const { valid } = checkLinearizableRegisters([
 *   op(0, "invoke", "write", ["x", 1]),
 *   op(1, "ok", "write", ["x", 1]),
 *   op(2, "invoke", "read", ["x", null]),
 *   op(3, "ok", "read", ["x", 2]),
 * ]);
 * assert.equal(valid, false);
 * ```
 */
export function checkLinearizableRegisters(
  history: History,
  { isKeyed = true, limits = DEFAULT_LIMITS }: LinearizabilityOptions = {},
): CheckResult {
  // Who was refused only, has no key of its own.
  const parts = partsOf(history, casRegister, isKeyed).filter(({ calls }) =>
    !calls.every(({ operation }) => isRefusal(operation))
  );
  const strict = decide(casRegister, parts, limits);
  const suspects = parts.filter((_, i) => strict[i].linearizable !== true);
  const found = strict.filter((it) => it.linearizable !== true);
  const seenByKnossos = suspects.map(({ key, calls }) => ({
    key,
    calls: calls.filter(({ operation }) => !isLostOnKnossos(operation)),
  }));
  // Where all of it is seen, that was decided just now.
  const isSeen = suspects.every(({ calls }, i) =>
    calls.length === seenByKnossos[i].calls.length
  );
  const basic = isSeen ? found : decide(casRegister, seenByKnossos, limits);
  const forgotten = suspects.map((part, i) =>
    findForgotten(part, basic[i].order)
  );
  const refused = found.map((it, i) => {
    const { linearizable } = basic[i];
    const isTold = forgotten[i] !== undefined || linearizable === false ||
      linearizable === it.linearizable;
    return isTold ? undefined : it;
  });
  const told = suspects.map(({ key }, i) => {
    const first = [basic[i], forgotten[i], refused[i]].find((it) =>
      it !== undefined && it.linearizable !== true
    );
    return { key, found: first ?? basic[i] };
  });
  const result = resultOf(basic, told, isKeyed ? parts.length : undefined);
  const wrong = [basic, forgotten, refused].flatMap((findings) =>
    suspects.filter((_, i) => findings[i]?.linearizable === false)
  );
  const failures = [...new Set(wrong)].flatMap(({ key }) =>
    key === undefined ? [] : [parseJson(key)]
  );
  const ours = stricter(
    {
      ...result,
      ...(isKeyed && { details: { ...result.details, failures } }),
    },
    anomalyOf("forgotten", forgotten, false),
    "reads that found nothing",
  );
  const open = anomalyOf("undecided", refused, "unknown");
  return combine(
    stricter(
      ours,
      anomalyOf("refused", refused, false),
      "refused compare-and-sets",
    ),
    ...(open.count === 0 ? [] : [{
      valid: "unknown" as const,
      asMaelstrom: { valid: true, ignores: ["refused compare-and-sets"] },
      anomalies: [open],
      explanation: open.explanation,
    }]),
  );
}

function isRefusal({ f }: RegisterOperation): boolean {
  return f === "refused" || f === "missing";
}

function isLostOnKnossos(operation: RegisterOperation): boolean {
  return isRefusal(operation) ||
    operation.f === "read" && operation.value === NOTHING;
}

/**
 * A read that found nothing though it began after there was something.
 *
 * @param order of those that did not find nothing
 */
function findForgotten(
  { key, calls }: Part<RegisterOperation>,
  order: Finding["order"],
): Finding | undefined {
  const left = ({ operation }: Call): string => {
    if (operation.f === "cas") return operation.to;
    return "value" in operation ? operation.value : NOTHING;
  };
  const nothing = calls.filter(({ operation }) =>
    operation.f === "read" && operation.value === NOTHING
  );
  const others = calls.filter(({ operation }) => !isLostOnKnossos(operation));
  // Where nothing may be written, nothing may be read again.
  if (others.some((call) => left(call) === NOTHING)) return undefined;
  const [first] = others.flatMap(({ complete }) => complete ?? [])
    .sort((a, b) => a.index - b.index);
  const found = nothing.find(({ invoke }) => invoke.index > first?.index);
  if (found === undefined) return undefined;
  const { invoke, complete } = found;
  const value = valueOf(first, key !== undefined);
  const explanation =
    `linearizability: ${key === undefined ? "the value" : `key ${key}`} is ` +
    `forgotten. Op ${first.index} (process ${first.process}, ${first.f} ` +
    `${stringifyJson(value)}) had ended before op ${invoke.index} ` +
    `(process ${invoke.process}) began, a read that ended at op ` +
    `${complete?.index} and found nothing`;
  return { linearizable: false, order, stuck: [invoke], explanation };
}
