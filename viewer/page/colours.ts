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
export const coloursOf = (element: Element): Colours => ({
  ...variablesOf(element, [
    ...["paper", "ink", "grey", "faint", "blue", "red", "amber"] as const,
  ]),
  amberWash: variablesOf(element, ["amber-wash"])["amber-wash"],
});

/** What variables of the style sheet are worth for now, as colours. */
export function variablesOf<N extends string>(
  element: Element,
  names: readonly N[],
): Record<N, string> {
  const probe = document.createElement("span");
  element.append(probe);
  const found = names.map((name): [N, string] => {
    probe.style.color = `var(--${name})`;
    return [name, getComputedStyle(probe).color];
  });
  probe.remove();
  return Object.fromEntries(found) as Record<N, string>;
}
