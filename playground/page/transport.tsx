/**
 * Plays a run, steps through it, and moves to any moment of it.
 *
 * @module
 */
import { useEffect, useMemo, useReducer } from "preact/hooks";
import { type RunDocument } from "../../viewer/run/document.ts";
import { momentsOf, speeds, step } from "../run/playback.ts";
import { type Player } from "./player.ts";

/** So often at most words are written anew, in ms: nobody reads faster. */
const OFTEN = 100;

/** Draws again when the playhead has moved, but not at each frame. */
export function usePlayhead(player: Player): void {
  const [, draw] = useReducer((n: number) => n + 1, 0);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const now = () => {
      clearTimeout(timer);
      timer = undefined;
      draw(undefined);
    };
    const forget = player.watch(() => {
      // Whoever moves it by hand sees at once where it is.
      if (!player.isPlaying) now();
      else timer ??= setTimeout(now, OFTEN);
    });
    return () => {
      clearTimeout(timer);
      forget();
    };
  }, [player]);
}

/** Elements that have a use of their own for keys, but sliders. */
const TAKES_KEYS =
  'input:not([type="range"]), select, textarea, [contenteditable]';

/** Whether an element does something of its own with a key. */
const hasUseFor = (element: Element, key: string): boolean =>
  element.closest(
    key === " " ? `button, summary, ${TAKES_KEYS}` : TAKES_KEYS,
  ) !== null;

export function Transport({ run, player }: {
  readonly run: RunDocument;
  readonly player: Player;
}) {
  usePlayhead(player);
  const moments = useMemo(() => momentsOf(run), [run]);
  const { time, isPlaying, speed } = player;
  const { duration } = run;
  const at = speeds.indexOf(speed);
  const act = useMemo(() => {
    const go = (time: number) => {
      player.pause();
      player.seek(time);
    };
    const turn = (direction: -1 | 1) => {
      const speed = speeds[speeds.indexOf(player.speed) + direction];
      if (speed !== undefined) player.setSpeed(speed);
    };
    return {
      play: () => player.isPlaying ? player.pause() : player.play(),
      back: () => go(step(moments, player.time, -1)),
      on: () => go(step(moments, player.time, 1)),
      toStart: () => go(0),
      toEnd: () => go(duration),
      slower: () => turn(-1),
      faster: () => turn(1),
    };
  }, [player, moments, duration]);
  useEffect(() => {
    const keys: Readonly<Record<string, () => void>> = {
      " ": act.play,
      ",": act.back,
      ".": act.on,
      "Home": act.toStart,
      "End": act.toEnd,
      "-": act.slower,
      "+": act.faster,
      "=": act.faster,
    };
    const press = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (document.querySelector("dialog[open]")) return;
      // Within a shadow tree, too.
      const [target] = event.composedPath();
      if (target instanceof Element && hasUseFor(target, event.key)) return;
      const perform = keys[event.key];
      if (perform === undefined) return;
      event.preventDefault();
      perform();
    };
    // Who clicked a button and then presses space means to play.
    const release = ({ detail }: MouseEvent) => {
      const { activeElement } = document;
      if (detail > 0 && activeElement instanceof HTMLButtonElement) {
        activeElement.blur();
      }
    };
    addEventListener("keydown", press);
    addEventListener("click", release);
    return () => {
      removeEventListener("keydown", press);
      removeEventListener("click", release);
    };
  }, [act]);
  return (
    <div class="transport" role="group" aria-label="Time">
      <Key
        name="To the start"
        hint="Home"
        shape="M3 2v12h2V2zM14 2 6 8l8 6z"
        press={act.toStart}
      />
      <Key
        name="Back to what happened before"
        hint=","
        shape="M11 2 3 8l8 6zM12 2v12h1.5V2z"
        press={act.back}
      />
      <Key
        name={isPlaying ? "Pause" : "Play"}
        hint="space"
        kind="play"
        shape={isPlaying ? "M3 2h4v12H3zM9 2h4v12H9z" : "M4 2v12l10-6z"}
        press={act.play}
      />
      <Key
        name="On to what happens next"
        hint="."
        shape="M5 2v12l8-6zM2.5 2v12H4V2z"
        press={act.on}
      />
      <Key
        name="To the end"
        hint="End"
        shape="M11 2v12h2V2zM2 2v12l8-6z"
        press={act.toEnd}
      />
      <Scrubber {...{ run, player, time }} />
      <output class="time">{(time / 1000).toFixed(3)} s</output>
      <span class="speed" role="group" aria-label="Speed">
        <button
          type="button"
          aria-label="Slower"
          title="Slower (−)"
          disabled={at <= 0}
          onClick={act.slower}
        >
          −
        </button>
        <span title="Seconds of the cluster in one of yours">
          {inWords(speed)}
        </span>
        <button
          type="button"
          aria-label="Faster"
          title="Faster (+)"
          disabled={at === speeds.length - 1}
          onClick={act.faster}
        >
          +
        </button>
      </span>
    </div>
  );
}

const inWords = (speed: number): string =>
  speed >= 1 ? `${speed}×` : `1/${Math.round(1 / speed)}×`;

function Key({ name, hint, kind, shape, press }: {
  readonly name: string;
  /** On the keyboard. */
  readonly hint: string;
  readonly kind?: string;
  /** An SVG path, in 16 by 16. */
  readonly shape: string;
  readonly press: () => void;
}) {
  return (
    <button
      type="button"
      class={kind}
      aria-label={name}
      title={`${name} (${hint})`}
      onClick={press}
    >
      <svg viewBox="0 0 16 16" width="12" height="12" aria-hidden="true">
        <path d={shape} fill="currentColor" />
      </svg>
    </button>
  );
}

/** The whole run, with its faults above; what a hand did is below. */
function Scrubber({ run, player, time }: {
  readonly run: RunDocument;
  readonly player: Player;
  readonly time: number;
}) {
  const { duration } = run;
  const faults = useMemo(() => {
    const share = (ms: number) => `${100 * ms / Math.max(1, duration)}%`;
    return run.faults.map(({ byHand, start, end = duration, label }, i) => (
      <span
        key={i}
        class={byHand ? "fault hand" : "fault"}
        title={label}
        style={{ left: share(start), width: share(end - start) }}
      />
    ));
  }, [run, duration]);
  return (
    <span class="scrubber">
      <span class="faults">{faults}</span>
      <input
        type="range"
        aria-label="Time"
        aria-valuetext={`${(time / 1000).toFixed(3)} s`}
        {...{ min: 0, max: duration, step: "any" }}
        value={time}
        onInput={({ currentTarget: { valueAsNumber } }) => {
          player.pause();
          player.seek(valueAsNumber);
        }}
      />
    </span>
  );
}
