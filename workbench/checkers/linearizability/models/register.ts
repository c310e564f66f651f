/**
 * A register: one value that is read, written, compared and set.
 *
 * @module
 */
import { ErrorCode, errorName } from "../../../../lib/errors.ts";
import { canonicalJson } from "../../../json.ts";
import { type Call, type HistoryModel } from "../model.ts";

/** An operation on a register; values as JSON. */
export type RegisterOperation =
  | { readonly f: "read" | "write"; readonly value: string }
  | { readonly f: "cas"; readonly from: string; readonly to: string }
  /** A compare-and-set that was answered that the value is another one. */
  | { readonly f: "refused"; readonly from: string; readonly to: string }
  /** A compare-and-set that was answered that there is no value. */
  | { readonly f: "missing"; readonly from: string; readonly to: string };

/** No value: a register that was not written yet. */
export const NOTHING = "null";

/** A value that nobody tells from others any more. */
const LOST = "lost";

const told = (value: string) => value === NOTHING ? "nothing" : value;

/**
 * A register with read, write and compare-and-set, as Knossos' `cas-register`,
 * but for this: a read of `null`, or one that failed because there is no such
 * key (error 20), saw that nothing was written yet; and a compare-and-set that
 * was refused because of the value (error 22), or because there is none (20),
 * saw that. One that failed for another reason, or for none, tells nothing.
 */
export const casRegister: HistoryModel<string, RegisterOperation> = {
  name: "cas-register",
  init: NOTHING,
  lost: LOST,
  step(state, it) {
    switch (it.f) {
      case "read":
        return it.value === state ? state : undefined;
      case "write":
        return it.value;
      case "cas":
        return it.from === state ? it.to : undefined;
      case "refused":
        return it.from !== state ? state : undefined;
      case "missing":
        return state === NOTHING ? state : undefined;
    }
  },
  operation: registerOperation,
  key: (state) => state,
  isRead: ({ f }) => f === "read" || f === "refused" || f === "missing",
  result(it) {
    if (it.f === "write") return it.value;
    return it.f === "cas" ? it.to : undefined;
  },
  mayLeadTo: (state, it) =>
    it.f === "write" || casRegister.step(state, it) !== undefined,
  onlyIn(it) {
    if (it.f === "read") return it.value;
    if (it.f === "missing") return NOTHING;
    return it.f === "cas" ? it.from : undefined;
  },
  describe(it) {
    switch (it.f) {
      case "read":
        return `read ${told(it.value)}`;
      case "write":
        return `wrote ${told(it.value)}`;
      case "cas":
        return `changed ${told(it.from)} to ${told(it.to)}`;
      case "refused":
        return `refused to change ${told(it.from)} to ${told(it.to)}`;
      case "missing":
        return `found nothing to change from ${told(it.from)} to ${
          told(it.to)
        }`;
    }
  },
  describeState: (state) => `the value is ${told(state)}`,
};

/** @throws {TypeError} no operation of a register */
function registerOperation(call: Call): RegisterOperation | undefined {
  const { f, input, output, type } = call;
  switch (f) {
    case "read":
      if (type === "ok") return { f, value: json(output) };
      return failedBecause(call, ErrorCode.keyDoesNotExist)
        ? { f, value: NOTHING }
        : undefined;
    case "write":
      return type === "fail" ? undefined : { f, value: json(input) };
    case "cas": {
      const [from, to] = (Array.isArray(input) ? input : []).map(json);
      const values = { from: from ?? NOTHING, to: to ?? NOTHING };
      if (type !== "fail") return { f, ...values };
      if (failedBecause(call, ErrorCode.preconditionFailed)) {
        return { f: "refused", ...values };
      }
      return failedBecause(call, ErrorCode.keyDoesNotExist)
        ? { f: "missing", ...values }
        : undefined;
    }
  }
  throw new TypeError(`no operation of a register: ${f}`);
}

const json = (value: unknown) => canonicalJson(value ?? null);

function failedBecause({ type, error }: Call, code: number): boolean {
  return type === "fail" && Array.isArray(error) &&
    (error[0] === code || error[0] === errorName(code));
}
