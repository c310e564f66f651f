/**
 * The models, for whoever lists them.
 *
 * @module
 */
import { camel } from "../cli/flags.ts";
import { judges } from "./judges.ts";

/**
 * What can be asked of a history besides its model.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { type ModelOption, models } from "@gossip-glomers/maelstrom/checkers";
 *
 * const all: readonly ModelOption[] = models.flatMap(({ options }) => options);
 * const found = all.find(({ name }) => name === "consistencyModels");
 * assert.ok(found?.names?.includes("read-atomic"));
 * ```
 */
export interface ModelOption {
  /** As {@linkcode CheckOptions} has it. */
  readonly name: string;
  /** What it does, in Markdown. */
  readonly about: string;
  /** If it is not given. */
  readonly default: unknown;
  /** What it may be, or be made of, where that is a list. */
  readonly names?: readonly string[];
}

/**
 * A model that histories can be held against.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { type ModelInfo, models } from "@gossip-glomers/maelstrom/checkers";
 *
 * const has = (f: string) => ({ functions }: ModelInfo) => f in functions;
 * assert.deepEqual(models.filter(has("generate")).map(({ name }) => name), [
 *   "unique-ids",
 * ]);
 * ```
 */
export interface ModelInfo {
  /** As {@linkcode check} takes it. */
  readonly name: string;
  /** What others call it: elle-cli, Knossos, Jepsen. */
  readonly aliases: readonly string[];
  /** What must hold, in Markdown. */
  readonly about: string;
  /** What operations look like: of each function a completed one's value, in JSON. */
  readonly functions: Readonly<Record<string, string>>;
  /** What can be asked besides. */
  readonly options: readonly ModelOption[];
}

/**
 * All models that {@linkcode check} knows by name.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { models } from "@gossip-glomers/maelstrom/checkers";
 *
 * const listAppend = models.find(({ name }) => name === "list-append");
 * assert.match(listAppend?.functions.txn ?? "", /append/);
 * ```
 */
export const models: readonly ModelInfo[] = judges.map((
  { name, aliases = [], about, functions, flags = {} },
) => ({
  name,
  aliases,
  about,
  functions,
  options: Object.entries(flags).map(([name, flag]) => ({
    name: camel(name),
    about: flag.help,
    default: flag.default,
    ...(flag.names && { names: flag.names }),
  })),
}));
