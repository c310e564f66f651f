/**
 * The programs that there are: those of the page, and in the lab also those in
 * its folder, as they are now.
 *
 * @module
 */
import { useEffect, useState } from "preact/hooks";
import { changesOf } from "../../viewer/page/changes.ts";
import { type Catalog } from "../run/catalog.ts";

type Programs = Catalog["programs"];

/** How often the lab is asked whether a file was saved, in ms. */
const INTERVAL = 700;

/** Whether the page is the lab's, and no file of a static host. */
export const isInLab =
  document.querySelector<HTMLMetaElement>('meta[name="host"]')?.content ===
    "lab";

export function useProgramsNow(catalog: Catalog): Programs {
  const [programs, setPrograms] = useState(catalog.programs);
  useEffect(() => {
    if (!isInLab) return;
    const changed = changesOf<Programs>("programs");
    let timer: ReturnType<typeof setTimeout> | undefined;
    let isOver = false;
    const ask = async () => {
      try {
        const found = document.hidden ? undefined : await changed();
        if (found !== undefined && !isOver) setPrograms(found);
      } catch {
        // The lab was ended: what the page has goes on.
      }
      if (!isOver) timer = setTimeout(ask, INTERVAL);
    };
    ask();
    return () => {
      isOver = true;
      clearTimeout(timer);
    };
  }, []);
  return programs;
}
