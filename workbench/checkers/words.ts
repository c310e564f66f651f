/**
 * How operations and values are shown.
 *
 * @module
 */
import { stringifyJson } from "../json.ts";
import { type Op, who } from "../load/history.ts";

/** Which operation it is, and whose: `op 17 of process 3 (node n0)`. */
export function tell(op: Op): string {
  return `op ${op.index} of ${who(op)}`;
}

/** When an operation began or ended, since the run began: `1.250 s`. */
export function seconds({ time }: Pick<Op, "time">): string {
  return `${(time / 1e9).toFixed(3)} s`;
}

/** What a result shows of an operation. */
export function brief(
  op: Op,
): Pick<Op, "index" | "process" | "node" | "type" | "value"> {
  const { index, process, node, type, value } = op;
  return { index, process, ...(node && { node }), type, value };
}

/** At most about 200 characters of a text. */
export function shorten(text: string | undefined): string {
  if (text === undefined) return "nothing";
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}

/** Lists longer than this are shown by their first and last elements. */
const SHOWN_ELEMENTS = 8;

/** A transaction or value as JSON, in about 200 characters at most. */
export function show(value: unknown): string {
  const text = (value: unknown): string => {
    if (!Array.isArray(value)) return stringifyJson(value);
    const items = value.map(text);
    if (items.length > SHOWN_ELEMENTS && !value.some(Array.isArray)) {
      items.splice(3, items.length - 6, "…");
    }
    return `[${items.join(",")}]`;
  };
  return shorten(text(value));
}
