/**
 * When the page changes under those who draw: dark, light, or paper.
 *
 * @module
 */
import { useEffect, useState } from "preact/hooks";

/** Called at once when the page turns dark, light, or goes to print. */
export function onThemeChange(repaint: () => void): () => void {
  const queries = ["(prefers-color-scheme: dark)", "print"]
    .map((query) => matchMedia(query));
  for (const query of queries) query.addEventListener("change", repaint);
  return () => {
    for (const query of queries) query.removeEventListener("change", repaint);
  };
}

/** Whether the page is on its way to paper. */
export function usePrinting(): boolean {
  const [isPrinting, set] = useState(false);
  useEffect(() => {
    const query = matchMedia("print");
    // Rendered in a microtask, so before the browser prints.
    const change = () => set(query.matches);
    change();
    query.addEventListener("change", change);
    return () => query.removeEventListener("change", change);
  }, []);
  return isPrinting;
}
