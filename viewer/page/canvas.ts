/** What all who draw on a canvas need. @module */
import { type RefObject } from "preact";
import { useEffect, useState } from "preact/hooks";

/**
 * Left of the small map of the run, and of the plots below it, in CSS pixels: so
 * that they stand below each other.
 */
export const MARGIN = 84;

/** How large an element is, in CSS pixels; nothing before it is laid out. */
export function useSize(ref: RefObject<Element>) {
  const [size, setSize] = useState({ width: 0, height: 0 });
  useEffect(() => {
    const element = ref.current;
    if (element === null) return;
    const observer = new ResizeObserver(([{ contentRect }]) => {
      setSize({ width: contentRect.width, height: contentRect.height });
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return size;
}

/**
 * An empty canvas of a size in CSS pixels, in which places are in CSS pixels.
 *
 * @returns undefined if there is none, or it is not laid out yet
 */
export function blank(
  canvas: HTMLCanvasElement | null,
  width: number,
  height: number,
): CanvasRenderingContext2D | undefined {
  const context = canvas?.getContext("2d");
  if (!canvas || !context || width === 0) return undefined;
  const ratio = devicePixelRatio;
  const [wide, high] = [width, height].map((it) => Math.round(it * ratio));
  if (canvas.width !== wide || canvas.height !== high) {
    [canvas.width, canvas.height] = [wide, high];
  }
  context.reset();
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  return context;
}
