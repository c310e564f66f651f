/**
 * What `check --help` says of models.
 *
 * @module
 */
import { rowOf, rowsOf } from "../cli/arguments.ts";
import { judges } from "./judges.ts";
import { ownersOf, ownFlags } from "./options.ts";

/** The models of `check`, with their flags, for a terminal. */
export function usageOfModels(): string {
  const flags = Object.entries(ownFlags).map(([name, flag]) =>
    [name, { ...flag, help: `${ownersOf(name)}: ${flag.help}` }] as const
  );
  return [
    "Models:",
    "",
    ...judges.map(({ name, about }) => rowOf(`  ${name}`, about)),
    "",
    "Flags of models:",
    "",
    ...rowsOf(flags),
  ].join("\n");
}
