import { checkUniqueIds } from "../checkers/unique_ids.ts";
import { failure, type WorkloadSpec } from "./workload.ts";

/** `unique-ids`: no id is given out twice. */
export function uniqueIds(): WorkloadSpec {
  return {
    generator: { next: () => ({ f: "generate" }) },
    openClient: ({ node, rpc }) => ({
      invoke(_, done) {
        rpc.call("unique-ids", node, { type: "generate" }, (result) =>
          done(
            result.error
              ? failure(result)
              : { type: "ok", value: result.body.id },
          ));
      },
    }),
    reusable: true,
    check: checkUniqueIds,
  };
}
