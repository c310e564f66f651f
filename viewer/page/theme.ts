/**
 * When the page changes under those who draw: dark, light, or paper.
 *
 * @module
 */
import { options } from "preact";
import { useEffect, useState } from "preact/hooks";

// Whoever draws on a canvas asks for its colours before the page is laid out
// for paper, which is light.
addEventListener("beforeprint", () => {
  document.documentElement.style.colorScheme = "light";
});
addEventListener("afterprint", () => {
  document.documentElement.style.colorScheme = "";
});

/** Called at once when the page turns dark, light, or goes to print. */
export function onThemeChange(repaint: () => void): () => void {
  const queries = ["(prefers-color-scheme: dark)", "print"]
    .map((query) => matchMedia(query));
  for (const query of queries) query.addEventListener("change", repaint);
  addEventListener("beforeprint", repaint);
  addEventListener("afterprint", repaint);
  return () => {
    for (const query of queries) query.removeEventListener("change", repaint);
    removeEventListener("beforeprint", repaint);
    removeEventListener("afterprint", repaint);
  };
}

/** Whether the page is on its way to paper. */
export function usePrinting(): boolean {
  const [isPrinting, set] = useState(false);
  useEffect(() => {
    const query = matchMedia("print");
    const show = (isOnPaper: boolean) => {
      // A browser prints as soon as this has returned.
      const { debounceRendering } = options;
      options.debounceRendering = (render) => render();
      set(isOnPaper);
      options.debounceRendering = debounceRendering;
    };
    const change = () => show(query.matches);
    const before = () => show(true);
    const after = () => show(false);
    change();
    query.addEventListener("change", change);
    addEventListener("beforeprint", before);
    addEventListener("afterprint", after);
    return () => {
      query.removeEventListener("change", change);
      removeEventListener("beforeprint", before);
      removeEventListener("afterprint", after);
    };
  }, []);
  return isPrinting;
}
