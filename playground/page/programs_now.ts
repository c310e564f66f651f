/**
 * The programs that there are: those of the page, and in the lab also those in
 * its folder, as they are now.
 *
 * @module
 */
import { useEffect, useState } from "preact/hooks";
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
    let tag = "";
    let timer: ReturnType<typeof setTimeout> | undefined;
    let isOver = false;
    const ask = async () => {
      try {
        const response = document.hidden ? undefined : await fetch("programs", {
          headers: { "If-None-Match": tag },
        });
        if (response?.status === 200) {
          tag = response.headers.get("ETag") ?? "";
          const found: Programs = await response.json();
          if (!isOver) setPrograms(found);
        }
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
