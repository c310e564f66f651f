/** What a server has, as long as it changes. @module */

/**
 * Asks for JSON again and again.
 *
 * @returns asks once: what is there, or undefined if it is the same as before
 */
export function changesOf<T>(address: string): () => Promise<T | undefined> {
  let tag = "";
  return async () => {
    const response = await fetch(address, {
      headers: { "If-None-Match": tag },
    });
    if (response.status !== 200) return undefined;
    tag = response.headers.get("ETag") ?? "";
    return await response.json();
  };
}
