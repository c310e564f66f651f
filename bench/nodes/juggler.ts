#!/usr/bin/env -S deno run
/** A node that throws every ball that it catches back to where it came from. */
import {
  integer,
  message,
  type Node,
  run,
  string,
} from "../../lib/maelstrom.ts";

const ball = message("ball", { from: string });
const juggle = message("juggle", { partner: string, balls: integer }, {});

function juggler(node: Node): void {
  const thrown = ball({ from: "a bench of the workbench's network" });
  node.on(ball, (_, { src }) => node.send(src, thrown));
  node.on(juggle, ({ partner, balls }) => {
    for (let i = 0; i < balls; i++) node.send(partner, thrown);
    return { type: "juggle_ok" };
  });
}

if (import.meta.main) await run(juggler);
