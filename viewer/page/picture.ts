/** What all who draw the diagram need. @module */
import { type Frame, type Projection } from "../scene/frame.ts";
import { type Scene } from "../scene/scene.ts";
import { type Colours } from "./colours.ts";
import { type Looks } from "./draw.ts";

export const FONT = "12px system-ui, sans-serif";

/** A label that is drawn if one of its places is free. */
export interface Words {
  readonly text: string;
  /** The heaviest are placed first. */
  readonly weight: number;
  readonly colour: string;
  /** It may be at most so wide, in pixels. */
  readonly width: number;
  /** Its left end's middle. */
  readonly places: readonly { readonly x: number; readonly y: number }[];
}

export interface Picture {
  readonly canvas: CanvasRenderingContext2D;
  readonly scene: Scene;
  readonly frame: Frame;
  readonly place: Projection;
  readonly looks: Looks;
  readonly colours: Colours;
  /** Collected while shapes are drawn, and drawn above them. */
  readonly words: Words[];
}

/** Whether something of so many pixels around y is to be seen. */
export const isInSight = ({ frame }: Picture, y: number, around: number) =>
  y + around > frame.top && y - around < frame.height;
