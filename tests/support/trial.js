/**
 * What is tried of the library wherever it runs: in Deno, in Node.js and in a
 * browser. Plain JavaScript, since all of them take this very file.
 */

/** A register whose first value is nothing. */
const register = {
  name: "register",
  init: null,
  step(state, { f, input, output }) {
    if (f === "write") return input;
    return output === undefined || output === state ? state : undefined;
  },
};

const checks = [
  ...["lists.jsonl", "lists.edn", "stale_lists.jsonl", "stale_lists.edn"]
    .map((name) => [name, "list-append", {}]),
  ...["lists.edn", "stale_lists.edn"].flatMap((name) =>
    ["read-committed", "causal-cerone", "snapshot-isolation", "serializable"]
      .map((model) => [name, "list-append", { consistencyModels: [model] }])
  ),
  ...["registers.jsonl", "skewed_registers.jsonl"].flatMap((name) =>
    [
      ...["read-committed", "read-atomic", "causal-cerone"],
      ...["snapshot-isolation", "serializable", "strict-serializable"],
    ].map((model) => [name, "rw-register", { consistencyModels: [model] }])
  ),
  ["register.jsonl", register],
  ["register.edn", register],
  ["stale_register.jsonl", register],
  ["large.jsonl", "set-full"],
];

/**
 * @param library the library
 * @param open gives a file's bytes
 * @returns a line of JSON for each of the checks, and for each format
 */
export async function trial({ check, formats, models, readHistory }, open) {
  const written = (value) =>
    JSON.stringify(
      value,
      (_, it) => typeof it === "bigint" ? `${it} as bigint` : it,
    );
  const lines = [];
  for (const [name, model, options] of checks) {
    const read = await readHistory(await open(name));
    lines.push(written([name, options, check(read, model, options)]));
  }
  for (const { name, example } of formats) {
    const read = await readHistory(new Blob([example]).stream());
    lines.push(written([name, read]));
    for (const model of models) {
      try {
        lines.push(written([model.name, check(read, model.name)]));
      } catch (error) {
        lines.push(written([model.name, error.name, error.message]));
      }
    }
  }
  return lines;
}
