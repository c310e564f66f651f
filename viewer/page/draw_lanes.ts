/** Draws lanes: a line for each life, and names beside them. @module */
import { livesOf } from "../scene/bands.ts";
import { xOf } from "../scene/frame.ts";
import { fitted } from "../scene/labels.ts";
import { isInSight, type Picture } from "./picture.ts";

export function drawLanes(picture: Picture): void {
  const { canvas, scene, frame, place, looks, colours, words } = picture;
  const { run, lanes, events } = scene;
  const { left, width } = frame;
  const clamp = (time: number) =>
    Math.min(width + 1, Math.max(left - 1, xOf(frame, time)));
  lanes.all.forEach(({ kind, name }, i) => {
    const y = Math.round(place.ys[i]);
    if (!isInSight(picture, y, 40)) return;
    canvas.fillStyle = kind === "node" ? colours.grey : colours.faint;
    canvas.globalAlpha = looks.light ? 0.5 : 0.9;
    const lives = kind === "node"
      ? livesOf(run, name)
      : [{ start: 0, end: run.duration }];
    lives.forEach(({ start, end }, life) => {
      const [x1, x2] = [clamp(start), clamp(end)];
      canvas.fillRect(x1, y, x2 - x1, 1);
      if (life === 0 || xOf(frame, start) < left - 40) return;
      canvas.fillRect(xOf(frame, start) - 1, y - 5, 2, 11);
      words.push({
        text: `life ${life + 1}`,
        weight: 5,
        colour: colours.grey,
        width: 80,
        places: [10, -10].map((dy) => ({
          x: xOf(frame, start) + 3,
          y: y + dy,
        })),
      });
    });
    canvas.globalAlpha = 1;
    if (looks.light === undefined || events === undefined) return;
    canvas.fillStyle = colours.blue;
    for (const { start, end } of looks.light.lanes[i]) {
      canvas.fillRect(clamp(start), y - 0.5, clamp(end) - clamp(start), 2);
    }
  });
}

/** Names nearer to each other than this can't be read. */
const NAME_HEIGHT = 13;

export function drawNames(picture: Picture): void {
  const { canvas, scene: { lanes }, frame, place, colours } = picture;
  canvas.textAlign = "right";
  const names = lanes.all.map(({ kind, name }, i) => ({
    ...{ kind, name, y: place.ys[i] },
  })).filter(({ y }) => y > frame.top && y < frame.height + NAME_HEIGHT);
  // Nodes' names come first, others' where they leave room.
  const taken = names.filter(({ kind }) => kind !== "client")
    .map(({ y }) => y);
  for (const { kind, name, y } of names) {
    const isClient = kind === "client";
    if (isClient && taken.some((it) => Math.abs(it - y) < NAME_HEIGHT)) {
      continue;
    }
    canvas.fillStyle = kind === "node" ? colours.ink : colours.grey;
    const text = fitted(
      name,
      frame.left - 14,
      (it) => canvas.measureText(it).width,
    );
    if (text) canvas.fillText(text, frame.left - 8, y);
  }
}
