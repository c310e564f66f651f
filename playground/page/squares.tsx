/**
 * A square for each seed: so many that they are drawn, but for the one that a
 * keyboard is at.
 *
 * @module
 */
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { blank, useSize } from "../../viewer/page/canvas.ts";
import { type Colours, useColours } from "../../viewer/page/colours.ts";
import { type Validity } from "../../workbench/checkers/result.ts";
import { type Hunter } from "../run/hunter.ts";
import { type Search, wordOf } from "../run/search.ts";

/** The side of a square with the gap to the next, in CSS pixels. */
const [LEAST, MOST] = [6, 18];
/** All squares are to be seen at once: they take so much, in CSS pixels. */
const HEIGHT = 360;

/** How a square looks. */
type Look = Validity | "running" | "waiting";

const lookOf = ({ verdicts, running }: Search, at: number): Look =>
  verdicts[at]?.valid ?? (running.has(at) ? "running" : "waiting");

export function Squares({ hunter, search, open }: {
  readonly hunter: Hunter;
  readonly search: Search;
  readonly open: (at: number) => void;
}) {
  const ref = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const { width } = useSize(ref);
  const colours = useColours();
  const [hovered, hover] = useState<number>();
  const { count } = search;
  const side = Math.max(
    LEAST,
    Math.min(MOST, Math.floor(Math.sqrt(width * HEIGHT / count))),
  );
  const columns = Math.max(1, Math.floor(width / side));
  const rows = Math.ceil(count / columns);
  const height = rows * side;
  // Whenever there is news: of that it is told by being rendered.
  useEffect(() => {
    const context = blank(canvas.current, width, height);
    if (context === undefined) return;
    for (let at = 0; at < count; at++) {
      const x = (at % columns) * side;
      const y = Math.floor(at / columns) * side;
      drawSquare(context, x, y, side - 1, lookOf(search, at), colours);
    }
  });
  const { chosen } = hunter;
  const at = Math.min(chosen ?? 0, count - 1);
  const row = Math.floor(at / columns);
  // Each place is an element of its own, so that it is read aloud.
  const cell = useRef<HTMLButtonElement>(null);
  const hasMoved = useRef(false);
  // Whoever comes back from a run is where that was, as soon as it is there.
  useLayoutEffect(() => {
    if (chosen !== undefined) focusIfLost(cell.current);
  }, [width > 0]);
  useLayoutEffect(() => {
    if (hasMoved.current) cell.current?.focus();
    hasMoved.current = false;
  }, [at]);
  const keys: Readonly<Record<string, () => number | undefined>> = {
    ArrowLeft: () => at - 1,
    ArrowRight: () => at + 1,
    ArrowUp: () => at - columns,
    ArrowDown: () => at + columns,
    Home: () => 0,
    End: () => count - 1,
    n: () => search.failures.find((it) => it > at),
    p: () => search.failures.findLast((it) => it < at),
  };
  const press = (event: KeyboardEvent) => {
    const { altKey, ctrlKey, metaKey, key } = event;
    if (altKey || ctrlKey || metaKey || !Object.hasOwn(keys, key)) return;
    event.preventDefault();
    const to = keys[key]();
    if (to === undefined || to < 0 || to >= count) return;
    hasMoved.current = to !== at;
    hunter.choose(to);
  };
  const under = ({ offsetX, offsetY }: MouseEvent): number | undefined => {
    const column = Math.floor(offsetX / side);
    const it = Math.floor(offsetY / side) * columns + column;
    return column >= 0 && column < columns && it >= 0 && it < count
      ? it
      : undefined;
  };
  const show = (it: number) => {
    hunter.choose(it);
    open(it);
  };
  const told = hovered ?? chosen;
  return (
    <div class="seeds">
      <div
        ref={ref}
        class="squares"
        role="grid"
        aria-label="Seeds"
        aria-describedby="squares-keys"
        aria-rowcount={rows}
        aria-colcount={columns}
        style={{ height: `${height}px` }}
        onKeyDown={press}
      >
        <canvas
          ref={canvas}
          role="presentation"
          onClick={(event) => {
            const it = under(event);
            if (it !== undefined) show(it);
          }}
          onMouseMove={(event) => hover(under(event))}
          onMouseLeave={() => hover(undefined)}
        />
        {width > 0 && (
          <div role="row" aria-rowindex={row + 1}>
            <div role="gridcell" aria-colindex={at % columns + 1}>
              <button
                key={at}
                ref={cell}
                type="button"
                class={chosen === undefined ? "square" : "square chosen"}
                aria-label={`Seed ${at + 1}: ${wordsOf(search, at)}`}
                style={{
                  left: `${(at % columns) * side}px`,
                  top: `${row * side}px`,
                  width: `${side - 1}px`,
                  height: `${side - 1}px`,
                }}
                onFocus={() => chosen ?? hunter.choose(at)}
                onClick={() => show(at)}
              />
            </div>
          </div>
        )}
      </div>
      <p class="under">
        {told === undefined
          ? <span class="grey">Point at a square: what came of that seed.</span>
          : <Told search={search} at={told} />}
      </p>
      <div class="legend">
        {legend.map(([look, words]) => (
          <span key={look}>
            <Swatch look={look} colours={colours} /> {words}
          </span>
        ))}
        <span id="squares-keys">
          Click or <kbd>⏎</kbd> to see a run; arrows move, <kbd>n</kbd>{" "}
          <kbd>p</kbd> next and previous failure
        </span>
      </div>
    </div>
  );
}

/** Focuses an element unless another one has the focus. */
export function focusIfLost(element: HTMLElement | null): void {
  if (document.activeElement === document.body) element?.focus();
}

const legend: readonly (readonly [Look, words: string])[] = [
  [true, "valid"],
  [false, "invalid"],
  ["unknown", "unknown"],
  ["running", "running"],
  ["waiting", "not run yet"],
];

/** What came of a seed, in a few words. */
function wordsOf(search: Search, at: number): string {
  const verdict = search.verdicts[at];
  if (verdict !== undefined) return wordOf(verdict);
  return search.running.has(at) ? "running" : "not run yet";
}

/** The same in a line. */
function Told({ search, at }: {
  readonly search: Search;
  readonly at: number;
}) {
  const verdict = search.verdicts[at];
  const isWrong = verdict !== undefined && verdict.valid !== true;
  return (
    <>
      {search.seedOf(at).seed}:{" "}
      <b class={isWrong ? "wrong" : undefined}>{wordsOf(search, at)}</b>
      {isWrong && ` · ${verdict.explanation[0] ?? ""}`}
    </>
  );
}

function Swatch({ look, colours }: {
  readonly look: Look;
  readonly colours: Colours;
}) {
  const ref = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const context = blank(ref.current, SWATCH, SWATCH);
    if (context) drawSquare(context, 0, 0, SWATCH, look, colours);
  }, [look, colours]);
  return <canvas ref={ref} class="swatch" aria-hidden="true" />;
}

const SWATCH = 13;

/**
 * Told apart by their forms, too: what is valid is small and quiet, what is
 * invalid is full and crossed out, what is unknown has a dash, what runs a point.
 */
function drawSquare(
  context: CanvasRenderingContext2D,
  left: number,
  top: number,
  side: number,
  look: Look,
  { faint, grey, ink, red, amber, paper }: Colours,
): void {
  const inset = Math.max(1, Math.round(side / 4));
  context.lineWidth = side < 9 ? 1 : 1.5;
  if (look === true) {
    context.globalAlpha = 0.55;
    context.fillStyle = grey;
    const inner = side - 2 * inset;
    context.fillRect(left + inset, top + inset, inner, inner);
    context.globalAlpha = 1;
    return;
  }
  if (look === "waiting" || look === "running") {
    context.lineWidth = 1;
    context.strokeStyle = look === "running" ? ink : faint;
    context.strokeRect(left + 0.5, top + 0.5, side - 1, side - 1);
    if (look === "waiting") return;
    context.fillStyle = ink;
    context.beginPath();
    const [x, y] = [left + side / 2, top + side / 2];
    context.arc(x, y, Math.max(1, side / 6), 0, 2 * Math.PI);
    context.fill();
    return;
  }
  context.fillStyle = look === false ? red : amber;
  context.fillRect(left, top, side, side);
  context.strokeStyle = paper;
  context.beginPath();
  const [near, far] = [inset, side - inset];
  if (look === false) {
    context.moveTo(left + near, top + near);
    context.lineTo(left + far, top + far);
    context.moveTo(left + far, top + near);
    context.lineTo(left + near, top + far);
  } else {
    context.moveTo(left + near, top + side / 2);
    context.lineTo(left + far, top + side / 2);
  }
  context.stroke();
}
