/**
 * The command line of `check`.
 *
 * @module
 */
import { resolve } from "node:path";
import { Arguments } from "../cli/arguments.ts";
import { type Flags, UsageError } from "../cli/flags.ts";
import { checkFlags, commands } from "../cli/options.ts";
import { loadOwnWorkload } from "../cli/own_workload.ts";
import { textIn, workloadIn } from "../cli/run_flags.ts";
import { isOwnFile } from "../own_file.ts";
import { type Own } from "./fitting.ts";
import { type Judge } from "./judge.ts";
import { workloadSpecs } from "../workloads/mod.ts";
import { judges, knownModel } from "./judges.ts";
import { loadedModel, loadOwnModel } from "./own_model.ts";
import { judgeOfWorkload, modelNames } from "./workload_judges.ts";

/** What `check` is asked. */
export interface CheckOptions {
  /** Files, folders, or `-`. */
  readonly names: readonly string[];
  /** Undefined: as the history itself tells. */
  readonly judge: Judge | undefined;
  readonly format: string | undefined;
  readonly asMaelstrom: boolean;
  readonly noReport: boolean;
  /** Whether one of the flags of a model was given. */
  has(flag: string): boolean;
  /**
   * The values of a model's flags.
   *
   * @param known what they are if they were not given, by their names in camel
   * case. @default their defaults
   * @throws {UsageError} one was given that it does not have
   */
  valuesFor(judge: Judge, known?: Own): Own;
}

/** Flags that some of the models have, by name. */
export const ownFlags: Flags = Object.assign(
  {},
  ...judges.map(({ flags }) => flags ?? {}),
);

/** Which models have a flag. */
export const ownersOf = (flag: string): string =>
  judges.filter(({ flags = {} }) => Object.hasOwn(flags, flag))
    .map(({ name }) => name).join(", ");

/**
 * Loads the workload or the model that a command line names, if it is a file.
 *
 * @throws {RunError} saying what is wrong with the file
 */
export async function loadOwnFile(args: readonly string[]): Promise<void> {
  await loadOwnWorkload(args);
  const model = textIn(args, "model");
  if (model !== undefined && isOwnFile(model)) {
    await loadOwnModel(resolve(model));
  }
}

/** @throws {UsageError} */
export function parseCheckOptions(args: readonly string[]): CheckOptions {
  const workload = workloadIn(args);
  const model = textIn(args, "model");
  if (workload !== undefined && model !== undefined) {
    throw new UsageError("-w and --model both say what is checked: give one");
  }
  const judge = workload !== undefined
    ? workloadNamed(workload)
    : model !== undefined
    ? modelNamed(model)
    : undefined;
  const given = new Arguments(args, {
    ...commands.check,
    untold: judge === undefined ? ownFlags : judge.flags,
  });
  const { format, asMaelstrom, noReport } = given.values(checkFlags);
  if (given.words.length === 0) {
    throw new UsageError(
      "check wants files with histories, or runs' folders; - is stdin",
    );
  }
  return {
    names: given.words,
    judge,
    format,
    asMaelstrom,
    noReport,
    has: (flag) => given.has(flag),
    valuesFor({ name, flags = {} }, known = {}) {
      const foreign = Object.keys(ownFlags).find((it) =>
        given.has(it) && !Object.hasOwn(flags, it)
      );
      if (foreign === undefined) {
        const asked = Object.entries(flags).filter(([it]) => given.has(it));
        return {
          ...given.values(flags),
          ...known,
          ...given.values(Object.fromEntries(asked)),
        };
      }
      throw new UsageError(
        `--${foreign} is for ${ownersOf(foreign)}, not for ${name}`,
      );
    },
  };
}

/**
 * What runs of a workload are checked for.
 *
 * @throws {UsageError} there is none of that name
 */
export function workloadNamed(name: string): Judge {
  const found = judgeOfWorkload(isOwnFile(name) ? resolve(name) : name);
  if (found !== undefined) return found;
  throw new UsageError(
    `there is no workload ${name}: there are ` +
      `${Object.keys(workloadSpecs).join(", ")}, and files such as ` +
      "mine/workload.ts" +
      (knownModel(name) === undefined ? "" : `; --model ${name} is a model`),
  );
}

/** @throws {UsageError} there is no model of that name */
function modelNamed(name: string): Judge {
  const found = isOwnFile(name)
    ? loadedModel(resolve(name))
    : knownModel(name) ?? judgeOfWorkload(name);
  if (found !== undefined) return found;
  throw new UsageError(
    `there is no model ${name}: there are ${modelNames().join(", ")}, and ` +
      "files such as mine/model.ts",
  );
}
