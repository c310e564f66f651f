/**
 * Models of the user's own: a module whose default export is a
 * {@linkcode Model}, a sequential object that histories are to be linearizable
 * as.
 *
 * @module
 */
import { looksKeyed } from "../checkers/linearizability/calls.ts";
import { checkLinearizability } from "../checkers/linearizability/check.ts";
import { type Model } from "../checkers/linearizability/model.ts";
import { RunError } from "../cluster/node_host.ts";
import { objectsWith, type Wanted } from "../own_file.ts";
import { loadOwnModule } from "../own_module.ts";
import { type Judge } from "./judge.ts";

const loaded = new Map<string, Judge>();

/** A model that was loaded, by the absolute path of its file. */
export const loadedModel = (path: string): Judge | undefined =>
  loaded.get(path);

const wanted: Wanted<Model<unknown>> = {
  flag: "model",
  kind: "model",
  example: "`export default { name, init, step(state, call) }`, see " +
    "docs/checkers.md",
  ...objectsWith((fields) =>
    typeof fields.name !== "string"
      ? "the text `name`"
      : !("init" in fields)
      ? "the state `init`"
      : typeof fields.step !== "function"
      ? "the function `step`"
      : undefined
  ),
};

/**
 * Loads a model, so that {@linkcode loadedModel} has it.
 *
 * @param path absolute
 * @throws {RunError} saying what is wrong with the file
 */
export async function loadOwnModel(path: string): Promise<void> {
  const model = await loadOwnModule(path, wanted);
  const isWhole = model.partition !== undefined;
  loaded.set(path, {
    name: model.name,
    about: "linearizable, as the model says",
    functions: {},
    check(history) {
      try {
        const isKeyed = !isWhole && looksKeyed(history);
        return checkLinearizability(history, model, { isKeyed });
      } catch (error) {
        // It is its author who reads this.
        const why = error instanceof Error ? error.stack : error;
        throw new RunError(`${path}: ${model.name} fails: ${why}`);
      }
    },
  });
}
