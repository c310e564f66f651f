/**
 * Files of the user's own: programs, workloads, nemeses, latencies.
 *
 * @module
 */

/** What a module's default export has to be. */
export interface Wanted<T> {
  /** The flag that names the module, for errors. */
  readonly flag: string;
  /** What it is, in a word. */
  readonly kind: string;
  /** What it looks like, as code. */
  readonly example: string;
  /** What an export lacks to be one, in words; nothing if it is none at all. */
  lacks?(value: unknown): string | undefined;
  is(value: unknown): value is T;
}

/** Whether a flag's value is a file's path and no name. */
export const isOwnFile = (name: string): boolean =>
  /[/\\]|\.[cm]?[jt]s$/.test(name);

/**
 * What tells objects by their fields.
 *
 * @param lack what an object's fields lack, if anything, such as `` the text
 * `name` ``
 */
export function objectsWith<T>(
  lack: (fields: Readonly<Record<string, unknown>>) => string | undefined,
): Pick<Wanted<T>, "is" | "lacks"> {
  const lacks = (it: unknown) =>
    typeof it === "object" && it !== null ? lack({ ...it }) : undefined;
  return {
    is: (it): it is T =>
      typeof it === "object" && it !== null && lacks(it) === undefined,
    lacks,
  };
}
