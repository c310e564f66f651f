/**
 * Everything that a Maelstrom node needs, in one import: the protocol's messages
 * and errors, a {@linkcode Node} with handlers, RPC and timers, and clients of
 * Maelstrom's services.
 *
 * A *program* is a function of a node. It keeps all its state inside that
 * function and touches the world only through the node, so that the same
 * program runs as a process (see {@linkcode run}) or, many at once, in a
 * simulator under virtual time.
 *
 * ```ts
 * #!/usr/bin/env -S deno run
 * import { type Node, run } from "@gossip-glomers/maelstrom";
 *
 * export default function echo(node: Node) {
 *   node.serve("echo", { echo: ({ echo }) => ({ type: "echo_ok", echo }) });
 * }
 *
 * if (import.meta.main) await run(echo);
 * ```
 *
 * Protocol: https://github.com/jepsen-io/maelstrom/blob/main/doc/protocol.md
 *
 * @module
 */
export { type OptionRange } from "./command_line.ts";
export {
  type Disk,
  DiskError,
  DiskLog,
  type DiskLogOptions,
  type Found,
} from "./disk.ts";
export { ErrorCode, errorName, isCode, RpcError } from "./errors.ts";
export { groupCommit, type GroupCommitOptions } from "./groups.ts";
export { HeapTrees } from "./heap_trees.ts";
export { canonicalJson, exactSum } from "./json.ts";
export { type CasOptions, KV, type KVOptions } from "./kv.ts";
export {
  type Arguments,
  type Body,
  type Message,
  message,
  type MessageType,
  type Outgoing,
  type OutgoingRequest,
  type ReplyTo,
  type RequestType,
} from "./messages.ts";
export { Node, type Program } from "./node.ts";
export {
  Raft,
  type RaftMachine,
  type RaftOptions,
  type RaftRole,
} from "./raft.ts";
export { type RaftEntry, type RaftLogView } from "./raft_log.ts";
export { ReplicatedLog, type ReplicatedLogOptions } from "./replicated_log.ts";
export { RoundTrip, type RoundTripOptions } from "./round_trip.ts";
export { type RetryOptions, type RpcClient, type RpcOptions } from "./rpc.ts";
export { type Runtime, type Timer } from "./runtime.ts";
export {
  SelectiveRepeat,
  type SelectiveRepeatOptions,
  type Sending,
} from "./selective_repeat.ts";
export {
  appendRun,
  type MissingOptions,
  type Ranges,
  type Run,
  runsOf,
  Sequences,
  type VersionVector,
  versionVector,
} from "./sequences.ts";
export {
  array,
  bigInteger,
  boolean,
  either,
  type Fields,
  type Flat,
  integer,
  type IsOptional,
  json,
  list,
  literal,
  natural,
  object,
  type ObjectOf,
  type Of,
  optional,
  record,
  type Shape,
  string,
  tuple,
} from "./shapes.ts";
export { SlotLog } from "./slots.ts";
export { StateMachine, type StateMachineOptions } from "./state_machine.ts";
export { parseMessage, run } from "./stdio.ts";
export {
  type AppendOp,
  type Awaitable,
  type Counter,
  type Empty,
  type Handlers,
  type RegisterOp,
  type Reply,
  type ReplyOf,
  type Request,
  type RequestOf,
  type Workload,
  type Workloads,
  workloads,
} from "./workloads.ts";
export { WriteAheadLog, type WriteAheadLogOptions } from "./write_ahead_log.ts";
