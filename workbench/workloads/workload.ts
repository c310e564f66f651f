/**
 * What a workload is made of: operations, a client that performs them, and a
 * checker of the history that comes out.
 *
 * @module
 */
import { RpcError, type Shape } from "../../lib/maelstrom.ts";
import { type History, type Op } from "../load/history.ts";
import { type CheckResult } from "../checkers/result.ts";
import { type Flags, type Values } from "../cli/flags.ts";
import { type Knowledge } from "../cluster/knowledge.ts";
import { type Random } from "../clock/random.ts";
import { type RpcResult } from "../load/rpc_client.ts";

/** An operation that is to be invoked. */
export interface Invocation {
  readonly f: string;
  readonly value?: unknown;
  readonly final?: boolean;
  readonly [extra: string]: unknown;
}

/** How an operation ended. */
export interface Completion {
  readonly type: "ok" | "fail" | "info";
  readonly value?: unknown;
  readonly error?: unknown;
  readonly [extra: string]: unknown;
}

/** Where an operation is to run. */
export interface Context {
  /** Which client thread, from 0. */
  readonly thread: number;
  readonly process: number;
  /** ms since the phase began. */
  readonly time: number;
}

/** Makes up operations. */
export interface Generator {
  /** The next operation; undefined if this thread has no more to do. */
  next(context: Context): Invocation | undefined;
  /** Told of every operation that ends. */
  update?(op: Op, thread: number): void;
}

/** Performs operations, one at a time. */
export interface WorkloadClient {
  invoke(invocation: Invocation, done: (completion: Completion) => void): void;
}

/** A type of request: what `message()` makes of its fields and its reply's. */
export interface RequestShape<R = unknown> {
  readonly type: string;
  readonly request: Shape<unknown>;
  /** The reply's, without its type, which is the request's with `_ok`. */
  readonly reply: Shape<R>;
}

/** A client's end of the network. */
export interface ClientContext {
  /** The node that this client talks to. */
  readonly node: string;
  /**
   * Sends a request, whose reply must have the form that the workload says. One
   * at a time.
   *
   * @param timeout in ms. @default 5000
   */
  call<R>(
    message: RequestShape<R>,
    fields: Readonly<Record<string, unknown>>,
    done: (result: RpcResult<R>) => void,
    timeout?: number,
  ): void;
}

/** An RPC, for the docs. */
export interface Rpc {
  readonly message: RequestShape;
  /** What it asks for, in a sentence. */
  readonly about: string;
}

/** A workload: all that is to be said of it stands in its file. */
export interface Workload<F extends Flags = Flags> {
  /** As on the command line, and in the store. */
  readonly name: string;
  /** What clients do, in Markdown: the rest of a sentence that begins "Clients". */
  readonly clients: string;
  /** What must hold, in Markdown. */
  readonly checked: string;
  readonly rpcs: readonly Rpc[];
  /** Flags that it has besides those of the workbench. @default none */
  readonly flags?: F;
  /** Everything that one run needs. */
  create(options: WorkloadOptions<Values<F>>): WorkloadSpec;
}

/** Gives the flags' values their types. */
export function workload<F extends Flags>(it: Workload<F>): Workload<F> {
  return it;
}

/** What a workload is in one run. */
export interface WorkloadSpec {
  readonly generator: Generator;
  /** After the faults have ended, until nobody has more to do. */
  readonly finalGenerator?: Generator;
  /** Mean ms until the next final operation of any thread. @default 1 */
  readonly finalGap?: () => number;
  /** For how many ms final operations may begin. @default 10,000 */
  readonly finalTimeLimit?: number;
  openClient(context: ClientContext): WorkloadClient;
  /**
   * What each node is asked before the first operation.
   *
   * @param done called when it is through; an error ends the run
   */
  setup?(context: ClientContext, done: (result: RpcResult) => void): void;
  /**
   * Whether a client goes on, as a new process, after an operation of unknown
   * fate; else a new client takes its place.
   */
  readonly reusable: boolean;
  /** Kinds of operation that never succeed, and need not. */
  readonly neverOk?: readonly string[];
  /**
   * Whether it is followed which nodes have heard of which elements.
   *
   * @default false
   */
  readonly followsElements?: boolean;
  /** @param knowledge who knew what, if it was followed */
  check(history: History, knowledge?: Knowledge): CheckResult;
}

/** What a workload may depend on. */
export interface WorkloadOptions<Own = Readonly<Record<string, unknown>>> {
  /** The values of the workload's own flags, by their names in camel case. */
  readonly own: Own;
  readonly nodeIds: readonly string[];
  /** Number of clients. */
  readonly concurrency: number;
  readonly random: Random;
  /** Mean latency between nodes in ms. */
  readonly latency: number;
}

/**
 * The completion of an operation without a usable reply: `fail` if it certainly
 * did not happen, else `info`.
 *
 * @param idempotent whether the operation changes nothing, as a read: then any
 * error is as good as `fail`. @default false
 */
export function failure(
  { error }: Pick<RpcResult, "error">,
  idempotent = false,
): Completion & { readonly error: unknown } {
  if (error instanceof RpcError) {
    return {
      type: error.definite || idempotent ? "fail" : "info",
      error: [error.code, error.message],
    };
  }
  return { type: "info", error: String(error) };
}

/** The same, where Maelstrom's client takes every error for indefinite. */
export function indefinite(result: Pick<RpcResult, "error">): Completion {
  return { ...failure(result), type: "info" };
}

/** Takes each operation from a random one of several generators. */
export function mix(
  random: Random,
  ...makers: readonly (() => Invocation)[]
): Generator {
  return { next: () => random.pick(makers)() };
}

/** One operation a thread. */
export function once(invocation: Invocation): Generator {
  const done = new Set<number>();
  return {
    next({ thread }) {
      if (done.has(thread)) return undefined;
      done.add(thread);
      return invocation;
    },
  };
}
