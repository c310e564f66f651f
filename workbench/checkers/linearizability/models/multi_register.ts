/**
 * Registers that are read and written several at once, as Knossos'
 * `multi-register`.
 *
 * @module
 */
import { canonicalJson } from "../../../json.ts";
import { type HistoryModel } from "../model.ts";

/** Reads and writes in turn; keys and values as JSON. */
export type MicroOperation = readonly [
  f: "read" | "write",
  key: string,
  value: string,
];

/** The values of keys, as JSON; of a key that isn't there nothing is known. */
export type Registers = Readonly<Record<string, string>>;

const names: Readonly<Record<string, MicroOperation[0]>> = {
  r: "read",
  w: "write",
  read: "read",
  write: "write",
};

/**
 * Registers with transactions: `txn`, whose value is a list of `[f, key, value]`
 * with f `read` (`r`) or `write` (`w`). A read of `null` tells nothing.
 *
 * @param initial the values of keys before the history, by key; of others it
 *   isn't known: who reads first tells
 */
export function multiRegister(
  initial: Readonly<Record<string, unknown>> = {},
): HistoryModel<Registers, readonly MicroOperation[]> {
  const known = Object.entries(initial).map(([key, value]) =>
    [key, canonicalJson(value)] as const
  );
  return {
    name: "multi-register",
    init: Object.fromEntries(known),
    step(state, micros) {
      let next: Record<string, string> | undefined;
      for (const [f, key, value] of micros) {
        const now = (next ?? state)[key];
        if (f === "read" && now !== undefined && now !== value) {
          return undefined;
        }
        if (now !== value) (next ??= { ...state })[key] = value;
      }
      return next ?? state;
    },
    isRead: (micros) =>
      micros.every(([f, key]) => f === "read" && Object.hasOwn(initial, key)),
    operation({ f, input, output, type }) {
      if (f !== "txn") {
        throw new TypeError(`no operation of a multi-register: ${f}`);
      }
      if (type === "fail") return undefined;
      const micros = (asList(output) ?? asList(input) ?? []).flatMap(
        (micro) => {
          const [name, key, value = null] = asList(micro) ?? [];
          const f = names[`${name}`];
          if (f === undefined) {
            throw new TypeError(`no read or write: ${canonicalJson(micro)}`);
          }
          const isUntold = f === "read" && (value === null || type !== "ok");
          return isUntold
            ? []
            : [[f, keyText(key), canonicalJson(value)] as const];
        },
      );
      return micros.length === 0 ? undefined : micros;
    },
    describe: (micros) =>
      micros.map(([f, key, value]) =>
        `${f === "read" ? "read" : "wrote"} ${key} ${value}`
      ).join(", "),
    describeState(state) {
      const registers = Object.entries(state)
        .map(([key, value]) => `${key} is ${value}`);
      return registers.length === 0
        ? "nothing is known"
        : registers.sort().join(", ");
    },
  };
}

const keyText = (key: unknown) =>
  typeof key === "string" ? key : canonicalJson(key ?? null);

function asList(value: unknown): readonly unknown[] | undefined {
  return Array.isArray(value) ? value : undefined;
}
