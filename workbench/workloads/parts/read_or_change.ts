import {
  type ClientContext,
  type Completion,
  indefinite,
  type RequestShape,
  type WorkloadClient,
} from "../workload.ts";
import { type RpcResult } from "../../load/rpc_client.ts";

/** What is asked of a node. */
interface Requests<R> {
  readonly read: RequestShape<R>;
  /** What a read has found. */
  valueOf(reply: R): unknown;
  readonly change: RequestShape;
  /** What the request to change something says, of an operation's value. */
  fieldsOf(value: unknown): Record<string, unknown>;
  /** How an operation without a usable reply ended. @default `indefinite` */
  failed?(result: RpcResult<unknown>, isRead: boolean): Completion;
}

/** A client whose operations are `read`, and changes of what is read. */
export function readOrChange<R>(
  { call }: ClientContext,
  { read, valueOf, change, fieldsOf, failed = indefinite }: Requests<R>,
): WorkloadClient {
  return {
    invoke({ f, value }, done) {
      if (f === "read") {
        call(read, {}, (result) =>
          done(
            result.error
              ? failed(result, true)
              : { type: "ok", value: valueOf(result.body) },
          ));
      } else {
        call(
          change,
          fieldsOf(value),
          (result) =>
            done(result.error ? failed(result, false) : { type: "ok", value }),
        );
      }
    },
  };
}
