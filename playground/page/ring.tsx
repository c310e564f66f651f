/**
 * The cluster at the playhead's moment: who is up, who hears whom, and what is
 * under way; and what a hand can do to it.
 *
 * @module
 */
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { blank, useSize } from "../../viewer/page/canvas.ts";
import {
  type Colours,
  useColours,
  variablesOf,
} from "../../viewer/page/colours.ts";
import { type RunDocument } from "../../viewer/run/document.ts";
import { isClient } from "../../viewer/run/recording.ts";
import { cutKey, type Flight, stateAt, underWay } from "../run/playback.ts";
import {
  MOST_LINKED,
  type Point,
  pointOf,
  type Ring as Places,
  ringOf,
  type Target,
  targetAt,
} from "../run/ring.ts";
import { type Player } from "./player.ts";

/** A message is to be seen for so long, in ms of whoever watches. */
const LINGER = 160;

/** Further types of message are grey. */
const series = ["type-0", "type-1", "type-2", "type-3", "type-4"] as const;

export function Ring({ run, player, chosen, choose }: {
  readonly run: RunDocument;
  readonly player: Player;
  readonly chosen: Target | undefined;
  readonly choose: (target: Target | undefined, at: Point) => void;
}) {
  const ref = useRef<HTMLCanvasElement>(null);
  const { width, height } = useSize(ref);
  const colours = useColours();
  const hues = useMemo(() => {
    const found = variablesOf(document.body, series);
    return series.map((name) => found[name]);
  }, [colours]);
  const places = useMemo(
    () => ringOf(run, Math.max(1, width), Math.max(1, height)),
    [run, width, height],
  );
  const types = useMemo(() => typesOf(run), [run]);
  const flights = useRef<readonly Flight[]>([]);
  const [hint, setHint] = useState("");

  useEffect(() => {
    const paint = () => {
      const context = blank(ref.current, width, height);
      if (context === undefined) return;
      const { time, speed } = player;
      flights.current = run.messages
        ? underWay(run.messages, time, LINGER * speed)
        : [];
      draw(context, {
        ...{ run, places, colours, hues, types, chosen },
        ...{ time, flights: flights.current },
      });
    };
    paint();
    return player.watch(paint);
  }, [run, player, places, colours, hues, types, chosen, width, height]);

  const at = (event: MouseEvent) =>
    targetAt(places, run.messages, flights.current, {
      x: event.offsetX,
      y: event.offsetY,
    });
  return (
    <div class="ring">
      <canvas
        ref={ref}
        role="img"
        aria-label="The cluster: nodes in a ring, and the messages between them. What can be done to them is in the list beside it."
        onClick={(event) => {
          const { offsetX: x, offsetY: y } = event;
          choose(at(event), { x, y });
        }}
        onMouseMove={(event) => {
          const target = at(event);
          event.currentTarget.style.cursor = target ? "pointer" : "";
          setHint(target ? nameOf(run, target) : "");
        }}
        onMouseLeave={() => setHint("")}
      />
      <p class="legend">
        {hint !== "" ? hint : types.map((type, i) => (
          <span key={type}>
            <span class={`dot t${i}`} /> {type}
          </span>
        ))}
      </p>
    </div>
  );
}

/** What something is, in words. */
export function nameOf(run: RunDocument, target: Target): string {
  if (target.kind === "node") return target.node;
  if (target.kind === "link") return `between ${target.link.join(" and ")}`;
  const { messages } = run;
  if (messages === undefined) return "";
  const { names, types, from, to, type } = messages;
  const { message: i } = target;
  return `${types[type[i]]}, ${names[from[i]]} → ${names[to[i]]}`;
}

/** The types of messages between servers, the most frequent first. */
function typesOf({ messages }: RunDocument): string[] {
  if (messages === undefined) return [];
  const { count, names, types, from, to, type } = messages;
  const server = names.map((name) => !isClient(name));
  const counts = new Uint32Array(types.length);
  for (let i = 0; i < count; i++) {
    if (server[from[i]] && server[to[i]]) counts[type[i]]++;
  }
  return types.map((name, i) => ({ name, count: counts[i] }))
    .filter(({ count }) => count > 0)
    .toSorted((a, b) => b.count - a.count)
    .slice(0, series.length)
    .map(({ name }) => name);
}

interface Picture {
  readonly run: RunDocument;
  readonly places: Places;
  readonly colours: Colours;
  /** Of the types. */
  readonly hues: readonly string[];
  readonly types: readonly string[];
  readonly chosen: Target | undefined;
  readonly time: number;
  readonly flights: readonly Flight[];
}

function draw(context: CanvasRenderingContext2D, picture: Picture): void {
  const { run, places, colours, time } = picture;
  const { nodes, cut } = stateAt(run, time);
  context.font = "12px system-ui, sans-serif";
  context.textAlign = "center";
  context.textBaseline = "middle";
  drawLinks(context, picture, cut);
  drawFlights(context, picture);
  for (const [name, { x, y }] of places.services) {
    context.fillStyle = colours.paper;
    context.strokeStyle = colours.ink;
    context.lineWidth = 1;
    context.beginPath();
    context.rect(x - 32, y - 12, 64, 24);
    context.fill();
    context.stroke();
    context.fillStyle = colours.ink;
    context.fillText(name, x, y);
  }
  for (const { x, y } of new Set(places.clients.values())) {
    context.fillStyle = colours.grey;
    context.fillRect(x - 3, y - 3, 6, 6);
  }
  for (const [id, at] of places.nodes) {
    drawNode(context, picture, id, at, nodes.get(id) ?? "up");
  }
}

function drawNode(
  context: CanvasRenderingContext2D,
  { places: { radius }, colours, chosen }: Picture,
  id: string,
  { x, y }: Point,
  state: "up" | "down" | "paused",
): void {
  const isChosen = chosen?.kind === "node" && chosen.node === id;
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.fillStyle = state === "paused" ? colours.amberWash : colours.paper;
  context.fill();
  context.setLineDash(state === "down" ? [3, 4] : []);
  context.lineWidth = isChosen ? 3 : 1.5;
  context.strokeStyle = isChosen
    ? colours.blue
    : state === "up"
    ? colours.ink
    : colours.amber;
  context.stroke();
  context.setLineDash([]);
  if (state === "paused") {
    context.fillStyle = colours.amber;
    context.fillRect(x - 5, y + radius - 3, 3, 8);
    context.fillRect(x + 2, y + radius - 3, 3, 8);
  }
  context.fillStyle = state === "down" ? colours.grey : colours.ink;
  context.fillText(id, x, y + 0.5);
  if (state === "down") {
    context.strokeStyle = colours.amber;
    context.lineWidth = 1.5;
    context.beginPath();
    context.moveTo(x - radius * 0.7, y + radius * 0.7);
    context.lineTo(x + radius * 0.7, y - radius * 0.7);
    context.stroke();
  }
}

/** Faint where all is well; broken where one does not hear the other. */
function drawLinks(
  context: CanvasRenderingContext2D,
  { places: { nodes }, colours, chosen }: Picture,
  cut: ReadonlySet<string>,
): void {
  const ids = [...nodes];
  const isShown = ids.length <= MOST_LINKED;
  for (const [i, [a, from]] of ids.entries()) {
    for (const [b, to] of ids.slice(i + 1)) {
      const isCut = cut.has(cutKey(a, b)) || cut.has(cutKey(b, a));
      const isChosen = chosen?.kind === "link" && chosen.link[0] === a &&
        chosen.link[1] === b;
      if (!isShown && !isCut) continue;
      context.lineWidth = isChosen ? 3 : 1;
      context.strokeStyle = isChosen
        ? colours.blue
        : isCut
        ? colours.amber
        : colours.faint;
      const part = (start: number, end: number) => {
        context.beginPath();
        context.moveTo(
          from.x + (to.x - from.x) * start,
          from.y + (to.y - from.y) * start,
        );
        context.lineTo(
          from.x + (to.x - from.x) * end,
          from.y + (to.y - from.y) * end,
        );
        context.stroke();
      };
      context.globalAlpha = isCut && !isShown ? 0.35 : 1;
      if (isCut) {
        part(0, 0.42);
        part(0.58, 1);
      } else part(0, 1);
      context.globalAlpha = 1;
    }
  }
}

function drawFlights(
  context: CanvasRenderingContext2D,
  { run: { messages }, places, colours, hues, types, flights, chosen }: Picture,
): void {
  if (messages === undefined) return;
  const { types: names, type } = messages;
  for (const flight of flights) {
    const at = pointOf(places, messages, flight);
    if (at === undefined) continue;
    const kind = types.indexOf(names[type[flight.message]]);
    const isChosen = chosen?.kind === "message" &&
      chosen.message === flight.message;
    if (flight.isLost) {
      context.strokeStyle = colours.red;
      context.lineWidth = 2;
      context.beginPath();
      context.moveTo(at.x - 4, at.y - 4);
      context.lineTo(at.x + 4, at.y + 4);
      context.moveTo(at.x + 4, at.y - 4);
      context.lineTo(at.x - 4, at.y + 4);
      context.stroke();
      continue;
    }
    const tail = pointOf(places, messages, {
      ...flight,
      share: Math.max(0, flight.share - 0.08),
    });
    context.strokeStyle = context.fillStyle = kind < 0
      ? colours.grey
      : hues[kind];
    if (tail !== undefined) {
      context.globalAlpha = 0.4;
      context.lineWidth = 3;
      context.beginPath();
      context.moveTo(tail.x, tail.y);
      context.lineTo(at.x, at.y);
      context.stroke();
      context.globalAlpha = 1;
    }
    context.beginPath();
    context.arc(at.x, at.y, kind < 0 ? 2.5 : 4, 0, 2 * Math.PI);
    context.fill();
    if (isChosen) {
      context.strokeStyle = colours.blue;
      context.lineWidth = 2;
      context.beginPath();
      context.arc(at.x, at.y, 8, 0, 2 * Math.PI);
      context.stroke();
    }
  }
}
