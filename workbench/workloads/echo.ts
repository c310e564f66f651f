import { workloads } from "../../lib/maelstrom.ts";
import { checkEcho } from "../checkers/echo.ts";
import { failure, type Workload } from "./workload.ts";

const message = workloads.echo.echo;

/** `echo`: the reply carries the same payload. */
export const echo: Workload = {
  name: "echo",
  clients: "send a text",
  checked: "the reply has the same; every request is answered, unless its " +
    "node was killed or paused meanwhile",
  rpcs: [{ message, about: "Asks for the same again." }],
  create: ({ random }) => ({
    generator: {
      next: () => ({
        f: "echo",
        value: `Please echo ${random.integer(128)}`,
      }),
    },
    openClient: ({ call }) => ({
      invoke({ value }, done) {
        call(message, { echo: value }, (result) =>
          done(
            result.error ? failure(result) : { type: "ok", value: result.body },
          ));
      },
    }),
    reusable: false,
    check: checkEcho,
  }),
};
