/**
 * A value that can be extended: porcupine's key-value store, of one key.
 *
 * @module
 */
import { stringifyJson } from "../../../json.ts";
import { type HistoryModel } from "../model.ts";

export interface KeyValueOperation {
  readonly f: "get" | "put" | "append";
  readonly value: string;
}

/** Beginnings that nobody gets any more; never a value. */
const LOST = "\uffff lost";

/**
 * `get`, `put` and `append` of strings; a key that was not put has `""`. What
 * `get` was not told, it tells nothing of.
 */
export const keyValue: HistoryModel<string, KeyValueOperation> = {
  name: "kv",
  init: "",
  lost: LOST,
  step(state, { f, value }) {
    switch (f) {
      case "get":
        return state === value ? state : undefined;
      case "put":
        return value;
      case "append":
        return state === LOST ? LOST : state + value;
    }
  },
  operation({ f, input, output, type }) {
    if (f !== "get" && f !== "put" && f !== "append") {
      throw new TypeError(`no operation of a key-value store: ${f}`);
    }
    if (type === "fail" || f === "get" && type !== "ok") return undefined;
    const value = f === "get" ? output : input;
    return {
      f,
      value: typeof value === "string"
        ? value
        : value == null
        ? ""
        : stringifyJson(value),
    };
  },
  key: (state) => state,
  isRead: ({ f }) => f === "get",
  result: ({ f, value }) => f === "put" ? value : undefined,
  mayLeadTo: (state, { f, value }) => f !== "get" || value.startsWith(state),
  describe({ f, value }) {
    const text = stringifyJson(value);
    if (f === "get") return `got ${text}`;
    return `${f === "put" ? "put" : "appended"} ${text}`;
  },
  describeState: (state) => `the value is ${stringifyJson(state)}`,
};
