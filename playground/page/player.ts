/**
 * Moves the playhead with the screen's frames.
 *
 * @module
 */
import { type Playhead } from "../../viewer/page/playhead.ts";
import { type RunDocument } from "../../viewer/run/document.ts";
import { speedFor } from "../run/playback.ts";

export class Player implements Playhead {
  #time = 0;
  #speed = 1;
  #duration = 0;
  #isPlaying = false;
  /** Where it begins when it is played from its end. */
  #first = 0;
  #frame = 0;
  #last = 0;
  readonly #watchers = new Set<() => void>();

  get time(): number {
    return this.#time;
  }

  get isPlaying(): boolean {
    return this.#isPlaying;
  }

  /** Virtual ms for each ms. */
  get speed(): number {
    return this.#speed;
  }

  /**
   * Plays another run. Of the same plan, with a step more, it goes on where it
   * is; another one is shown from its end, where all is known.
   */
  load(run: RunDocument, goesOn: boolean): void {
    this.#duration = run.duration;
    if (!goesOn) {
      this.pause();
      this.#speed = speedFor(run);
      this.#time = run.duration;
    }
    this.#time = Math.min(this.#time, run.duration);
    this.#tell();
  }

  seek(time: number): void {
    this.#time = Math.max(0, Math.min(this.#duration, time));
    this.#tell();
  }

  opened(time: number): void {
    this.#first = Math.max(0, time);
  }

  play(): void {
    if (this.#isPlaying) return;
    if (this.#time >= this.#duration) this.#time = this.#first;
    this.#isPlaying = true;
    this.#last = performance.now();
    this.#frame = requestAnimationFrame(this.#next);
    this.#tell();
  }

  pause(): void {
    if (!this.#isPlaying) return;
    cancelAnimationFrame(this.#frame);
    this.#isPlaying = false;
    this.#tell();
  }

  setSpeed(speed: number): void {
    this.#speed = speed;
    this.#tell();
  }

  watch(moved: () => void): () => void {
    this.#watchers.add(moved);
    return () => this.#watchers.delete(moved);
  }

  readonly #next = () => {
    const now = performance.now();
    // After a hidden page comes back, it goes on from where it was.
    const passed = Math.min(100, now - this.#last);
    this.#last = now;
    this.#time += passed * this.#speed;
    if (this.#time >= this.#duration) {
      this.#time = this.#duration;
      this.#isPlaying = false;
    } else this.#frame = requestAnimationFrame(this.#next);
    this.#tell();
  };

  #tell(): void {
    for (const moved of [...this.#watchers]) moved();
  }
}
