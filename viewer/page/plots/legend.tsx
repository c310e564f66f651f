/**
 * What the marks of a plot mean.
 *
 * @module
 */
import { type ComponentChildren } from "preact";
import { type Outcome } from "../../measures/latency.ts";
import { type Fault, type RunDocument } from "../../run/document.ts";
import {
  filledPart,
  type LineStyle,
  outcomeColours,
  shapeOf,
} from "./marks.ts";

export function Legend({ children }: { readonly children: ComponentChildren }) {
  return <ul class="marks">{children}</ul>;
}

export function LineSwatch({ colour, width, dash }: LineStyle) {
  return (
    <svg width="28" height="12" aria-hidden="true">
      <line
        {...{ x1: 0, y1: 6, x2: 28, y2: 6 }}
        stroke={`var(--${colour})`}
        stroke-width={width}
        stroke-dasharray={dash.join(" ")}
      />
    </svg>
  );
}

export function ShapeSwatch({ kind, outcome }: {
  readonly kind: number;
  readonly outcome: Outcome;
}) {
  const shape = shapeOf(kind);
  const colour = `var(--${outcomeColours[outcome]})`;
  const points = (corners: typeof shape) =>
    corners.map(([x, y]) => `${6 + x * 4.2},${6 + y * 4.2}`).join(" ");
  return (
    <svg width="12" height="12" aria-hidden="true">
      <polygon points={points(filledPart(shape, outcome))} fill={colour} />
      <polygon points={points(shape)} fill="none" stroke={colour} />
    </svg>
  );
}

/** The kinds of faults that there were, as the plots' upper edges show them. */
export function FaultLegend({ run }: { readonly run: RunDocument }) {
  const kinds = faultKinds(run.faults);
  return kinds.map((kind) => (
    <li key={kind}>
      <FaultSwatch kind={kind} /> {kind === "other" ? "other fault" : kind}
    </li>
  ));
}

export const faultKinds = (faults: readonly Fault[]): Strip[] => [
  ...new Set(faults.map(stripOf)),
];

/** Faults that share a strip: what a hand did has one for all kinds. */
export type Strip = Fault["kind"] | "by hand";

export const stripOf = ({ byHand, kind }: Fault): Strip =>
  byHand ? "by hand" : kind;

function FaultSwatch({ kind }: { readonly kind: Strip }) {
  const colour = kind === "by hand" ? "violet" : "amber";
  return (
    <svg width="28" height="12" aria-hidden="true">
      <rect width="28" height="12" fill={`var(--${colour}-wash)`} />
      <g stroke={`var(--${colour})`} fill="none">
        {kind === "partition" && <path d="M0 3H28" stroke-width="3" />}
        {kind === "kill" && <path d="M1 0V12M27 0V12M0 3H28" />}
        {kind === "pause" && (
          <path d="M-2 6l6-6M4 6l6-6M10 6l6-6M16 6l6-6M22 6l6-6" />
        )}
        {kind === "by hand" && (
          <path d="M0 3H28" stroke-width="5" stroke-dasharray="3 2" />
        )}
        {kind === "other" && <path d="M0 3H28" stroke-dasharray="2 3" />}
      </g>
    </svg>
  );
}
