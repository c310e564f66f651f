import { consistencyModelNames } from "../checkers/dependencies/consistency_models.ts";
import { type Flag, someOf } from "../cli/flags.ts";

/** What is asked of transactions. */
export const consistencyModels: Flag<readonly string[]> = someOf(
  consistencyModelNames,
  {
    value: "NAMES",
    help: "the consistency models that transactions must satisfy, by Elle's " +
      "names, separated by commas",
    default: ["strict-serializable"],
    anywhere: true,
  },
);
