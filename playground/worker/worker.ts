/**
 * A page's worker: does one job after the other.
 *
 * @module
 */
import "../global.ts";
import "../../viewer/older_engines.ts";
import { messageOf } from "../../lib/errors.ts";
import { type Answer, type Failure, type Request } from "../run/protocol.ts";
import { install } from "./guard.ts";
import { perform } from "./perform.ts";
import { ProgramError } from "./program.ts";

// What a program may not have is taken from it when it runs.
const post: (answer: Answer) => void = postMessage.bind(globalThis);

addEventListener("message", async ({ data }: MessageEvent<Request>) => {
  const { id, job } = data;
  try {
    const outcome = await perform(job, {
      progressed: (time) => post({ id, kind: "progress", time }),
      judging: (time) => post({ id, kind: "judging", time }),
      comes: (time, node, what) => post({ id, kind: "next", time, node, what }),
    });
    post({ id, kind: "done", outcome });
  } catch (error) {
    post({ id, kind: "failed", failure: failureOf(error) });
  }
});

const failureOf = (error: unknown): Failure =>
  error instanceof ProgramError ? error.failure : { message: messageOf(error) };

install();

post({ kind: "ready" });
