/**
 * Plays a run, steps through it, and moves to any moment of it.
 *
 * @module
 */
import { useEffect, useMemo, useReducer } from "preact/hooks";
import { type RunDocument } from "../../viewer/run/document.ts";
import { momentsOf, speeds, step } from "../run/playback.ts";
import { type Player } from "./player.ts";

/** So often at most the words are written anew, in ms. */
const OFTEN = 60;

/** Draws again when the playhead has moved, but not at each frame. */
export function usePlayhead(player: Player): void {
  const [, draw] = useReducer((n: number) => n + 1, 0);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const forget = player.watch(() => {
      timer ??= setTimeout(() => {
        timer = undefined;
        draw(undefined);
      }, OFTEN);
    });
    return () => {
      clearTimeout(timer);
      forget();
    };
  }, [player]);
}

export function Transport({ run, player }: {
  readonly run: RunDocument;
  readonly player: Player;
}) {
  usePlayhead(player);
  const moments = useMemo(() => momentsOf(run), [run]);
  const { time, isPlaying, speed } = player;
  const move = (direction: -1 | 1) => {
    player.pause();
    player.seek(step(moments, player.time, direction));
  };
  const turn = (direction: -1 | 1) => {
    const at = speeds.indexOf(player.speed) + direction;
    if (speeds[at] !== undefined) player.setSpeed(speeds[at]);
  };
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.key !== " " || event.ctrlKey || event.metaKey) return;
      const { target } = event;
      if (target !== document.body && !(target instanceof HTMLCanvasElement)) {
        return;
      }
      event.preventDefault();
      if (player.isPlaying) player.pause();
      else player.play();
    };
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  }, [player]);
  const left = (at: number) => `${100 * at / Math.max(1, run.duration)}%`;
  return (
    <div class="transport" role="group" aria-label="Time">
      <button
        type="button"
        class="play"
        aria-label={isPlaying ? "Pause" : "Play"}
        title={isPlaying ? "Pause (space)" : "Play (space)"}
        onClick={() => isPlaying ? player.pause() : player.play()}
      >
        {isPlaying ? "❚❚" : "▶"}
      </button>
      <button
        type="button"
        aria-label="Back to what happened before"
        onClick={() => move(-1)}
      >
        ‹
      </button>
      <button
        type="button"
        aria-label="On to what happens next"
        onClick={() => move(1)}
      >
        ›
      </button>
      <span class="scrubber">
        {run.faults.map((fault, i) => (
          <span
            key={i}
            class={"byHand" in fault ? "fault hand" : "fault"}
            style={{
              left: left(fault.start),
              width: left((fault.end ?? run.duration) - fault.start),
            }}
          />
        ))}
        <input
          type="range"
          aria-label="Time, in ms"
          {...{ min: 0, max: Math.ceil(run.duration), step: "any" }}
          value={time}
          onInput={({ currentTarget: { value } }) => {
            player.pause();
            player.seek(Number(value));
          }}
        />
      </span>
      <output class="time">{(time / 1000).toFixed(3)} s</output>
      <span class="speed">
        <button type="button" aria-label="Slower" onClick={() => turn(-1)}>
          −
        </button>
        <span title="Seconds of the cluster in one of yours">
          {speed >= 1 ? `${speed}×` : `${speed.toPrecision(1)}×`}
        </span>
        <button type="button" aria-label="Faster" onClick={() => turn(1)}>
          +
        </button>
      </span>
    </div>
  );
}
