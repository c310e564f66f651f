/** Draws operations as bars on their clients' lanes. @module */
import { type Operation } from "../run/document.ts";
import { xOf } from "../scene/frame.ts";
import { titleOf } from "../scene/words.ts";
import { isInSight, type Picture } from "./picture.ts";

/** Lanes lower than this have no room for words, in pixels. */
const ROOM_FOR_WORDS = 26;
/** More than this are not named. */
const MOST_NAMED = 400;

export function drawOperations(picture: Picture): void {
  const { canvas, scene, frame, place, looks, colours, words } = picture;
  const { run, operations } = scene;
  const { selection, light, wrong } = looks;
  const { scale, ys } = place;
  let named = 0;
  const paint = (i: number, lane: number) => {
    const operation = run.operations[i];
    const isNode = scene.lanes.all[lane].kind === "node";
    const tall = Math.max(4, scale * (isNode ? 0.5 : 0.3));
    const x1 = Math.max(xOf(frame, operation.start), frame.left - 8);
    const x2 = Math.min(
      xOf(frame, operation.end ?? run.duration),
      frame.width + 8,
    );
    const y = ys[lane];
    const width = Math.max(2, x2 - x1);
    const isWrong = wrong.has(i);
    const isChosen = selection?.kind === "operation" && selection.at === i;
    canvas.globalAlpha = isChosen || isWrong ? 1 : light || isNode ? 0.35 : 1;
    bar(picture, operation, x1, y, width, tall, isWrong);
    canvas.globalAlpha = 1;
    if (isChosen) {
      canvas.strokeStyle = colours.blue;
      canvas.lineWidth = 2;
      canvas.strokeRect(x1 - 3, y - tall / 2 - 3, width + 6, tall + 6);
      canvas.lineWidth = 1;
    }
    if (!isChosen && (scale < ROOM_FOR_WORDS || named++ > MOST_NAMED)) return;
    words.push({
      text: titleOf(operation),
      weight: isChosen ? 9 : isWrong ? 8 : light ? 2 : 4,
      colour: isWrong
        ? colours.red
        : light && !isChosen
        ? colours.grey
        : colours.ink,
      width: isChosen || isWrong ? 320 : Math.max(90, Math.min(320, width)),
      places: [{ x: x1 - 2, y: y - tall / 2 - 9 }],
    });
  };
  const above: [number, number][] = [];
  operations.visit(frame.view, (i, lane) => {
    if (!isInSight(picture, ys[lane], 30)) return;
    const isChosen = selection?.kind === "operation" && selection.at === i;
    if (isChosen || wrong.has(i)) above.push([i, lane]);
    else paint(i, lane);
  });
  for (const [i, lane] of above) paint(i, lane);
}

/** Ok is full, failed is hollow, unknown is open at its end. */
function bar(
  { canvas, colours }: Picture,
  { type }: Operation,
  x: number,
  y: number,
  width: number,
  tall: number,
  isWrong: boolean,
): void {
  const colour = isWrong
    ? colours.red
    : type === "ok"
    ? colours.ink
    : type === "fail"
    ? colours.grey
    : colours.amber;
  canvas.fillStyle = canvas.strokeStyle = colour;
  if (type === "ok") canvas.fillRect(x, y - tall / 2, width, tall);
  else if (type === "fail") {
    canvas.strokeRect(x + 0.5, y - tall / 2 + 0.5, width - 1, tall - 1);
  } else {
    canvas.fillRect(x, y - tall / 2, 2, tall);
    canvas.fillRect(x, y - 1, width, 2);
  }
}
