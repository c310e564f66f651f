#!/usr/bin/env -S deno run
/** A node that throws every ball that it catches back to where it came from. */
import {
  integer,
  type Node,
  object,
  run,
  string,
} from "../../lib/maelstrom.ts";

function juggler(node: Node): void {
  const ball = { type: "ball", from: "a bench of the workbench's network" };
  node.on("ball", object({}), (_, { src }) => node.send(src, ball));
  node.on(
    "juggle",
    object({ partner: string, balls: integer }),
    ({ partner, balls }) => {
      for (let i = 0; i < balls; i++) node.send(partner, ball);
      return { type: "juggle_ok" };
    },
  );
}

if (import.meta.main) await run(juggler);
