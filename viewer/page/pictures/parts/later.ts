/** Work that waits until the page has been painted. @module */
import { useEffect, useState } from "preact/hooks";
import { type RunDocument } from "../../../run/document.ts";

/** What is made of a run, once. */
export interface Later<T> {
  make(run: RunDocument): T;
  readonly made: WeakMap<RunDocument, { readonly value: T }>;
}

export const later = <T>(make: (run: RunDocument) => T): Later<T> => ({
  make,
  made: new WeakMap(),
});

/** @returns undefined until it is made: the page is painted before */
export function useLater<T>(it: Later<T>, run: RunDocument): T | undefined {
  const [, repaint] = useState(0);
  const made = it.made.get(run);
  useEffect(() => {
    if (made !== undefined) return;
    const timer = setTimeout(() => {
      it.made.set(run, { value: it.make(run) });
      repaint((count) => count + 1);
    });
    return () => clearTimeout(timer);
  }, [run, made]);
  return made?.value;
}
