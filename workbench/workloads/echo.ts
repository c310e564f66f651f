import { checkEcho } from "../checkers/echo.ts";
import {
  failure,
  type WorkloadOptions,
  type WorkloadSpec,
} from "./workload.ts";

/** `echo`: the reply carries the same payload. */
export function echo({ random }: WorkloadOptions): WorkloadSpec {
  return {
    generator: {
      next: () => ({
        f: "echo",
        value: `Please echo ${random.integer(128)}`,
      }),
    },
    openClient: ({ node, rpc }) => ({
      invoke({ value }, done) {
        rpc.call("echo", node, { type: "echo", echo: value }, (result) =>
          done(
            result.error ? failure(result) : { type: "ok", value: result.body },
          ));
      },
    }),
    reusable: false,
    check: checkEcho,
  };
}
