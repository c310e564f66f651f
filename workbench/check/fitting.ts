/**
 * Whether a history can be held against a model, and against which options.
 *
 * @module
 */
import { HistoryError } from "../histories/format.ts";
import { type ReadHistory } from "../histories/read.ts";
import { type History, NEMESIS } from "../load/history.ts";
import { type Judge } from "./judge.ts";

/** Values of a model's flags, by their names in camel case. */
export type Own = Readonly<Record<string, unknown>>;

/** @throws {HistoryError} the model has no such operation */
export function refuseUnknown(history: History, judge: Judge): void {
  const known = Object.keys(judge.functions);
  if (known.length === 0) return;
  const odd = history.find(({ process, f }) =>
    process !== NEMESIS && !known.includes(f)
  );
  if (odd === undefined) return;
  throw new HistoryError(
    `op ${odd.index} is a ${odd.f}, but ${judge.name} has ` +
      `${known.join(", ")}: another model, or two histories in one?`,
  );
}

/**
 * What a history is held against instead that tells no real time, where the
 * options need it; undefined: it can be held against the options.
 *
 * @param isAsked whether somebody asked for just these options
 * @throws {HistoryError} it can't be held against the model
 */
export function withoutRealTime(
  { format, hasRealTime }: Pick<ReadHistory, "format" | "hasRealTime">,
  { name, needsRealTime = () => true, withoutRealTime }: Judge,
  options: Own,
  isAsked: boolean,
): Own | undefined {
  if (hasRealTime || !needsRealTime(options)) return undefined;
  if (!isAsked && withoutRealTime !== undefined) return withoutRealTime;
  throw new HistoryError(
    `${format} tells no real time, which ${name} needs` +
      (isAsked ? " with these options" : ""),
  );
}

/** What {@linkcode withoutRealTime} comes to, after the format's own notes. */
export const noteOf = (options: Own): string =>
  `So the history is held against ${Object.values(options).flat().join(", ")}`;
