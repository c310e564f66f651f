/**
 * The cluster at the playhead's moment, as a ring; what is in it can be chosen.
 *
 * @module
 */
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { blank, useSize } from "../../viewer/page/canvas.ts";
import { useColours, variablesOf } from "../../viewer/page/colours.ts";
import { type RunDocument } from "../../viewer/run/document.ts";
import { bandsOf } from "../../viewer/scene/bands.ts";
import { type Flight, Flights } from "../run/flights.ts";
import { kindsOf } from "../run/kinds.ts";
import { isSame, linksOf, ringOf, type Target, targetAt } from "../run/ring.ts";
import { drawRing } from "./draw_ring.ts";
import { type Player } from "./player.ts";

/** A message is to be seen for so long, in ms of whoever watches. */
const LINGER = 160;
/** However fast it is played: more are no picture. In virtual ms. */
const MOST_LINGER = 500;

const hueNames = ["type-0", "type-1", "type-2", "type-3", "type-4"] as const;

export function Ring({ run, player, chosen, choose }: {
  readonly run: RunDocument;
  readonly player: Player;
  readonly chosen: Target | undefined;
  readonly choose: (target: Target | undefined) => void;
}) {
  const ref = useRef<HTMLCanvasElement>(null);
  const { width, height } = useSize(ref);
  const colours = useColours();
  const hues = useMemo(() => {
    const found = variablesOf(document.body, hueNames);
    return hueNames.map((name) => found[name]);
  }, [colours]);
  const links = useMemo(() => linksOf(run), [run]);
  const ring = useMemo(() => ringOf(run, links, width, height), [
    ...[run, links, width, height],
  ]);
  const kinds = useMemo(() => kindsOf(run), [run]);
  const bands = useMemo(() => bandsOf(run), [run]);
  const flights = useRef<readonly Flight[]>([]);
  const paint = useRef(() => {});
  const pointed = useRef<Target>();
  const [hint, setHint] = useState("");

  useEffect(() => {
    paint.current = () => {
      const context = blank(ref.current, width, height);
      if (context === undefined) return;
      const { time, speed } = player;
      const linger = Math.min(MOST_LINGER, LINGER * speed);
      flights.current = run.messages
        ? Flights.of(run.messages).at(time, linger)
        : [];
      drawRing(context, {
        ...{ run, ring, colours, hues, kinds, bands, chosen, time, width },
        ...{ flights: flights.current, pointed: pointed.current },
      });
    };
    paint.current();
    return player.watch(() => paint.current());
  }, [run, player, ring, colours, hues, kinds, bands, chosen, width, height]);

  const at = ({ offsetX: x, offsetY: y }: MouseEvent) =>
    targetAt(ring, run.messages, flights.current, { x, y });
  const point = (canvas: HTMLCanvasElement, target: Target | undefined) => {
    canvas.style.cursor = target ? "pointer" : "";
    setHint(target ? nameOf(run, target) : "");
    const { current } = pointed;
    const isNew = target === undefined || current === undefined
      ? target !== current
      : !isSame(target, current);
    pointed.current = target;
    if (isNew && !player.isPlaying) paint.current();
  };
  return (
    <div class="ring">
      <canvas
        ref={ref}
        role="img"
        aria-label="The cluster: nodes in a ring, and the messages between them. What can be done to them is in the list beside it."
        onClick={(event) => choose(at(event))}
        onMouseMove={(event) => point(event.currentTarget, at(event))}
        onMouseLeave={(event) => point(event.currentTarget, undefined)}
      />
      <p class="legend">
        {hint !== "" ? hint : (
          <>
            {kinds.map(({ name, hue, isReply }) => (
              <span key={name}>
                <span class={`dot t${hue} ${isReply ? "reply" : ""}`} /> {name}
              </span>
            ))}
            {run.clients.length > 0 && (
              <span>
                <span class="dot client" /> clients'
              </span>
            )}
          </>
        )}
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
