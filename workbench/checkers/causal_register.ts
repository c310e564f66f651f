/**
 * Jepsen's `causal`: on each register, one client after the other reads that it
 * is 0, writes 1, reads it, writes 2, and reads it. Causal consistency promises
 * that all of this seems to happen in that order.
 *
 * https://github.com/jepsen-io/jepsen/blob/main/jepsen/src/jepsen/tests/causal.clj
 *
 * @module
 */
import { Anomalies, nothingRead, verdictOf } from "./anomalies.ts";
import { byKey } from "./keyed.ts";
import { type CheckResult } from "./result.ts";
import { tell } from "./words.ts";
import { sameJson, stringifyJson } from "../json.ts";
import { type History, NEMESIS, type Op } from "../load/history.ts";

/** What a register is after an operation. */
interface Register {
  value: unknown;
  /** How many writes there were; undefined if some failed. */
  writes: number | undefined;
  /** What the last operation said of itself. */
  position: unknown;
}

/**
 * Judges `read-init`, `read` and `write` operations that ended ok, each in the
 * order of their ends, key by key if values are `[key, value]`:
 *
 * - A read shows what was written last, a `read-init` before any write 0 (else
 *   `wrong-read`). A read of null is not known.
 * - The nth write is of n (else `wrong-write`).
 * - If operations name a `position` and a `link`, the link is `init` or the
 *   position of the operation before (else `wrong-link`).
 *
 * The promise is to a session: a register is judged as long as one process does
 * one operation after the other on it, and until one of these has an unknown
 * fate. After a write that failed it is not judged what is written. Jepsen's
 * checker goes on, and finds the next operation wrong.
 *
 * Time: n for n operations.
 */
export function checkCausalRegister(history: History): CheckResult {
  const anomalies = new Anomalies();
  let readCount = 0;
  let abandoned = 0;
  for (const { key, history: ofKey } of byKey(history)) {
    const register: Register = { value: 0, writes: 0, position: undefined };
    const session = ofKey.find(({ process }) => process !== NEMESIS)?.process;
    for (const op of ofKey) {
      if (op.process === NEMESIS) continue;
      if (op.process !== session || op.type === "info") {
        abandoned++;
        break;
      }
      if (op.f === "write" && op.type === "fail") register.writes = undefined;
      if (op.type !== "ok") continue;
      const isRead = op.f === "read" || op.f === "read-init";
      if (!isRead && op.f !== "write") continue;
      if (isRead) readCount++;
      const error = step(register, op);
      if (error === undefined) continue;
      const [type, why] = error;
      anomalies.add(type, () => ({
        op: op.index,
        key: key ?? "register",
        value: op.value,
        explanation: `causal: ${tell(op)}` +
          (key === undefined ? "" : `, on key ${stringifyJson(key)},`) +
          ` ${why}`,
      }));
      break; // as of here the register is not the one that was meant
    }
  }
  if (readCount === 0) return nothingRead("causal: nothing was read");
  return {
    ...verdictOf(anomalies),
    details: { readCount, abandonedCount: abandoned },
    notes: abandoned > 0
      ? [
        `causal: ${abandoned} registers are judged only until the session ` +
        "of the first process on them ended.",
      ]
      : [],
  };
}

/** Does an operation, or says what is wrong with it. */
function step(
  register: Register,
  { f, value, position, link }: Op,
): readonly [type: string, why: string] | undefined {
  const isLinked = link === "init" || same(link, register.position);
  if (!isLinked) {
    return [
      "wrong-link",
      `links to ${show(link)}, but the operation before it had position ` +
      show(register.position),
    ];
  }
  register.position = position;
  if (f === "write") {
    register.value = value;
    if (register.writes === undefined) return undefined;
    const expected = ++register.writes;
    if (same(value, expected)) return undefined;
    return ["wrong-write", `writes ${show(value)}, not ${expected}`];
  }
  if (value === null || value === undefined) return undefined;
  if (same(value, register.value)) return undefined;
  return ["wrong-read", `reads ${show(value)}, not ${show(register.value)}`];
}

const same = (a: unknown, b: unknown) => sameJson(a ?? null, b ?? null);

const show = (value: unknown) => stringifyJson(value ?? null);
