/**
 * What `check --help` says of models.
 *
 * @module
 */
import { rowOf, rowsOf } from "../cli/arguments.ts";
import { judges } from "./judges.ts";
import { ownFlags } from "./options.ts";

/** The models of `check`, with their flags, for a terminal. */
export function usageOfModels(): string {
  const flags = Object.entries(ownFlags).map(([name, flag]) => {
    const owners = judges.filter((it) => Object.hasOwn(it.flags ?? {}, name));
    const names = owners.map((it) => it.name).join(", ");
    return [name, { ...flag, help: `${names}: ${flag.help}` }] as const;
  });
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
