/** Which stretch of time a picture shows. @module */
import { type ComponentChildren } from "preact";
import { useMemo, useState } from "preact/hooks";
import { type RunDocument } from "../../../run/document.ts";
import { OneOf } from "../../one_of.tsx";
import { type View, whole } from "../../../scene/view.ts";

/** The whole run, or what the diagram above shows, and how to choose. */
export function useSpan(
  run: RunDocument,
  view: View,
): [View, ComponentChildren] {
  const [span, choose] = useState<"run" | "diagram">("run");
  const all = useMemo(() => whole(run.duration), [run]);
  return [
    span === "run" ? all : view,
    <OneOf
      key="span"
      label="Which time is shown"
      now={span}
      all={[["run", "Whole run"], ["diagram", "As the diagram"]]}
      choose={choose}
    />,
  ];
}
