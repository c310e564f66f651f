/**
 * A program's text for another place: what it imports by a relative path stays
 * what it was.
 *
 * @module
 */
import { dirname, join, relative } from "pathe";

/**
 * @param text of a module
 * @param from its path from the project's folder
 * @param to where it is to be
 */
export function moved(text: string, from: string, to: string): string {
  return text.replaceAll(
    // From a statement's begin to its specifier: a clause has no quotes.
    /^(\s*(?:import|export)\b[^"';]*?)(["'])(\.{1,2}\/[^"'\n]*)\2/gm,
    (_, before: string, quote: string, specifier: string) => {
      const path = relative(dirname(to), join(dirname(from), specifier));
      const own = path.startsWith("../") ? path : `./${path}`;
      return `${before}${quote}${own}${quote}`;
    },
  );
}
