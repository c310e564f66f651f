/**
 * A place in a run as the end of an address: `#t=3.21-3.61&m=8123`.
 *
 * @module
 */
import { type RunDocument } from "../run/document.ts";
import { type Lighting } from "./lighting.ts";
import { type Selection } from "./scene.ts";
import { type View, zoom } from "./view.ts";

/** Where somebody looks, at what, and in which light. */
export interface Place {
  readonly view: View;
  readonly selection?: Selection;
  readonly lighting: Lighting;
  /** Position of the sentence that is shown. */
  readonly finding: number;
}

const letters = { message: "m", operation: "o", fault: "f" } as const;
const kinds = ["message", "operation", "fault"] as const;

/** Times in seconds, as exact as the eye: a thousandth of what is in sight. */
export function addressOf(place: Place): string {
  const { view: { start, end }, selection, lighting, finding } = place;
  const digits = Math.max(0, Math.ceil(6 - Math.log10(end - start)));
  const time = (ms: number) =>
    String(Number((ms / 1000).toFixed(Math.min(9, digits))));
  const parts = [`t=${time(start)}-${time(end)}`];
  if (selection) parts.push(`${letters[selection.kind]}=${selection.at}`);
  if (lighting !== "all") parts.push(`light=${lighting}`);
  if (finding > 0) parts.push(`finding=${finding + 1}`);
  return `#${parts.join("&")}`;
}

/** @returns undefined if it names no place in this run */
export function placeOf(address: string, run: RunDocument): Place | undefined {
  const parts = new URLSearchParams(address.replace(/^#/, ""));
  const [, from, to] = /^(-?[\d.]+)-(-?[\d.]+)$/.exec(parts.get("t") ?? "") ??
    [];
  const [start, end] = [Number(from) * 1000, Number(to) * 1000];
  if (!(end > start)) return undefined;
  const counts = {
    message: run.messages?.count ?? 0,
    operation: run.operations.length,
    fault: run.faults.length,
  };
  const selection = kinds.map((kind) => ({
    kind,
    at: position(parts.get(letters[kind]), counts[kind]),
  })).find(({ at }) => at >= 0);
  const finding = Number(parts.get("finding") ?? 1) - 1;
  const light = parts.get("light");
  return {
    view: zoom({ start, end }, 1, (start + end) / 2, run.duration),
    selection,
    lighting: light === "cone" || light === "value" ? light : "all",
    finding: Math.max(0, position(String(finding), run.findings.length)),
  };
}

/** A whole number below a count; -1 for anything else. */
function position(text: string | null, count: number): number {
  return text !== null && /^\d+$/.test(text) && Number(text) < count
    ? Number(text)
    : -1;
}
