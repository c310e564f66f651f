/**
 * Where a run is that is played: what is after it has not happened yet.
 *
 * @module
 */

/** A moment that moves. It moves often: whoever follows draws by itself. */
export interface Playhead {
  /** Virtual ms. */
  readonly time: number;
  readonly isPlaying: boolean;
  seek(time: number): void;
  /** Told where the picture opened: there it begins, if it is played from the end. */
  opened(time: number): void;
  /** Calls back whenever it has moved. @returns ends that */
  watch(moved: () => void): () => void;
}
