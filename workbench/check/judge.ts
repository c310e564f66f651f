/**
 * What a history can be judged by.
 *
 * @module
 */
import { type CheckResult } from "../checkers/result.ts";
import { type Flags, type Values } from "../cli/flags.ts";
import { type History } from "../load/history.ts";

/** A model that histories are held against: all that is to be said of it. */
export interface Judge<F extends Flags = Flags> {
  /** As on the command line. */
  readonly name: string;
  /** What others call it: elle-cli, Knossos, jepsen.tests. */
  readonly aliases?: readonly string[];
  /** What must hold, in Markdown, as a sentence without its full stop. */
  readonly about: string;
  /** What operations look like: of each function a completed one's value. */
  readonly functions: Readonly<Record<string, string>>;
  /** Flags of its own. @default none */
  readonly flags?: F;
  /**
   * Whether what ended before something else began comes first. Not to be held
   * against histories that know nothing of real time.
   *
   * @default it does
   */
  needsRealTime?(options: Values<F>): boolean;
  /** What is asked of such histories unless somebody says, in flags' values. */
  readonly withoutRealTime?: Values<F>;
  /** Functions that never succeed, and need not. @default none */
  neverOk?(options: Values<F>): readonly string[] | undefined;
  check(history: History, options: Values<F>): CheckResult;
}

/** Gives the flags' values their types. */
export function judge<F extends Flags>(it: Judge<F>): Judge<F> {
  return it;
}
