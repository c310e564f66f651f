/**
 * porcupine's logs of a key-value store: Jepsen's events, with the key in a field
 * of its own, and get, put and append to the string at that key.
 *
 * https://github.com/anishathalye/porcupine
 *
 * @module
 */
import { EdnEvents } from "./edn_history.ts";
import { type Fields, HistoryError, type TextFormat } from "./format.ts";

export const kv: TextFormat = {
  name: "kv",
  about: "porcupine's logs of key-value stores",
  example: `{:process 0, :type :invoke, :f :put, :key "x", :value "a"}
{:process 1, :type :invoke, :f :append, :key "x", :value "b"}
{:process 0, :type :ok, :f :put, :key "x", :value "a"}
{:process 1, :type :ok, :f :append, :key "x", :value "b"}
{:process 0, :type :invoke, :f :get, :key "x", :value nil}
{:process 0, :type :ok, :f :get, :key "x", :value "ab"}
`,
  model: "kv",
  matches: (head) =>
    /^\s*\{[^{}]*:f :(get|put|append)\b[^{}]*:key\b/.test(head),
  reader: (emit) =>
    new EdnEvents((fields, line) => emit(withKey(fields, line), line)),
};

/** The key stands in the value, as in every other history with keys. */
function withKey({ key, value, ...fields }: Fields, line: number): Fields {
  if (key === undefined) throw new HistoryError("it has no key", line);
  return { ...fields, value: [key, value ?? null] };
}
