/** The page's colours, for those who draw. @module */
import { type Fault } from "../run/document.ts";
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
  /** Of what a hand did. */
  readonly violet: string;
  readonly violetWash: string;
}

/** A fault's colour, and that of its wash: a hand's is told from chance. */
export const coloursOfFault = (
  { byHand }: Pick<Fault, "byHand">,
  { amber, amberWash, violet, violetWash }: Colours,
): readonly [colour: string, wash: string] =>
  byHand ? [violet, violetWash] : [amber, amberWash];

/** As they are for now, and again when it gets dark or light. */
export function useColours(): Colours {
  const [colours, set] = useState(() => coloursOf(document.body));
  useEffect(() => onThemeChange(() => set(coloursOf(document.body))), []);
  return colours;
}

/** As the style sheet has them for now: light or dark. Forces a layout. */
export function coloursOf(element: Element): Colours {
  const {
    "amber-wash": amberWash,
    "violet-wash": violetWash,
    ...others
  } = variablesOf(element, [
    ...["paper", "ink", "grey", "faint", "blue", "red"] as const,
    ...["amber", "amber-wash", "violet", "violet-wash"] as const,
  ]);
  return { ...others, amberWash, violetWash };
}

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
