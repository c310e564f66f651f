/**
 * The texts that a page has to offer: they come with it, so that it has to ask
 * nobody.
 *
 * @module
 */

/** Texts by the paths of their files from the project's folder. */
export interface Catalog {
  /** Programs. */
  readonly programs: Readonly<Record<string, string>>;
  /** Lessons' pages, as HTML of the project's own, which is trusted. */
  readonly pages: Readonly<Record<string, string>>;
}
