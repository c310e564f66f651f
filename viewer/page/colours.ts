/** The page's colours, for those who draw. @module */
import { onThemeChange } from "./theme.ts";
import { useEffect, useState } from "preact/hooks";

export interface Colours {
  readonly paper: string;
  readonly ink: string;
  readonly grey: string;
  readonly faint: string;
  readonly blue: string;
  readonly red: string;
  readonly amber: string;
  readonly amberWash: string;
}

/** As they are for now, and again when it gets dark or light. */
export function useColours(): Colours {
  const [colours, set] = useState(() => coloursOf(document.body));
  useEffect(() => onThemeChange(() => set(coloursOf(document.body))), []);
  return colours;
}

/** As the style sheet has them for now: light or dark. Forces a layout. */
export function coloursOf(element: Element): Colours {
  const probe = document.createElement("span");
  element.append(probe);
  const colour = (name: string) => {
    probe.style.color = `var(--${name})`;
    return getComputedStyle(probe).color;
  };
  const colours = {
    paper: colour("paper"),
    ink: colour("ink"),
    grey: colour("grey"),
    faint: colour("faint"),
    blue: colour("blue"),
    red: colour("red"),
    amber: colour("amber"),
    amberWash: colour("amber-wash"),
  };
  probe.remove();
  return colours;
}
