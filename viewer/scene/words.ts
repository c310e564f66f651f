/** What can be chosen, in a few words. @module */
import { ARRIVED, fates, type Operation } from "../run/document.ts";
import { cutOffAt } from "./bands.ts";
import { type Scene, type Selection } from "./scene.ts";

export const shortened = (text: string, most = 60) =>
  text.length > most ? `${text.slice(0, most)}…` : text;

export function titleOf({ f, value, result }: Operation): string {
  const shown = value ?? result;
  const text = shown === undefined || shown === null
    ? ""
    : ` ${JSON.stringify(shown)}`;
  return shortened(`${f}${text}`);
}

/** In one line, for a label beside the pointer. */
export function nameOf(scene: Scene, selection: Selection): string {
  const { run, bands, late } = scene;
  const { kind, at } = selection;
  if (kind === "fault") {
    const { label } = bands[at];
    return cutOffAt(run.faults[at], selection.node) ?? label;
  }
  if (kind === "operation") {
    const { start, end, type } = run.operations[at];
    const took = end === undefined ? "" : `, ${(end - start).toFixed(1)} ms`;
    const outcome = type === "ok" ? "" : `, ${type}`;
    return `${titleOf(run.operations[at])}${outcome}${took}`;
  }
  if (run.messages === undefined) return "";
  const { names, types, from, to, type, sent, ended, fate } = run.messages;
  const way = `${types[type[at]]}, ${names[from[at]]} → ${names[to[at]]}`;
  if (fate[at] !== ARRIVED) return `${way}: ${fates[fate[at]]}`;
  const took = (ended[at] - sent[at]).toFixed(1);
  return `${way}, ${took} ms${late()[at] === 1 ? ": late" : ""}`;
}
