/** Which stretch of time a picture shows. @module */
import { type ComponentChildren } from "preact";
import { useMemo, useState } from "preact/hooks";
import { type RunDocument } from "../../../run/document.ts";
import { type View, whole } from "../../../scene/view.ts";

/** One of a few ways. */
export function Choose<T extends string>({ name, now, ways, choose }: {
  readonly name: string;
  readonly now: T;
  readonly ways: readonly (readonly [way: T, text: string])[];
  choose(way: NoInfer<T>): void;
}) {
  return (
    <span class="choice" role="group" aria-label={name}>
      {ways.map(([way, text]) => (
        <button
          key={way}
          type="button"
          aria-pressed={way === now}
          onClick={() => choose(way)}
        >
          {text}
        </button>
      ))}
    </span>
  );
}

/** The whole run, or what the diagram above shows, and how to choose. */
export function useSpan(
  run: RunDocument,
  view: View,
): [View, ComponentChildren] {
  const [span, choose] = useState<"run" | "diagram">("run");
  const all = useMemo(() => whole(run.duration), [run]);
  return [
    span === "run" ? all : view,
    <Choose
      key="span"
      name="Which time is shown"
      now={span}
      ways={[["run", "Whole run"], ["diagram", "As the diagram"]]}
      choose={choose}
    />,
  ];
}
