/**
 * Lets clients perform operations, and writes the history.
 *
 * Each client thread belongs to a node and does one operation at a time. After
 * an operation of unknown fate its process is over: the thread goes on as a new
 * one, as in Jepsen.
 *
 * @module
 */
import { type History, NEMESIS, type Op } from "./history.ts";
import { type Ending } from "../cluster/nemeses/nemesis.ts";
import { type Random } from "../clock/random.ts";
import { type Scheduler, type Timer } from "../clock/scheduler.ts";
import {
  type Completion,
  type Generator,
  type Invocation,
  type WorkloadClient,
} from "../workloads/workload.ts";

interface Thread {
  readonly index: number;
  process: number;
  client: WorkloadClient & { readonly node: string; close(): void };
}

/** How operations follow one another. */
export interface Pace {
  /** Mean ms until the next operation of any thread; 0: without pause. */
  readonly gap: () => number;
  /** No operation begins after this many ms. */
  readonly timeLimit: number;
  /** Whether the n-th operation is performed, from 0. @default all are */
  readonly performs?: (n: number) => boolean;
}

/** How far behind its pace a phase may be and still catch up, in ms. */
const MAX_CATCH_UP = 10;

/**
 * An operation's beginning, or its end. A long run has millions, so that they
 * take as little memory as they can: all begin with the same fields, and what
 * an end repeats of its beginning is not kept twice.
 */
function event(
  { index, time, process, node }: Pick<Op, "index" | "time" | "process"> & {
    readonly node: string;
  },
  invocation: Invocation,
  completion?: Completion,
): Op {
  const { f, value: asked, ...asBefore } = invocation;
  const { type = "invoke", value: told, ...more } = completion ?? {};
  const value = completion && "value" in completion
    ? share(asked, told)
    : asked;
  const extra = { ...asBefore, ...more };
  return { index, time, type, process, node, f, value, ...extra };
}

/** The second value, with as much of the first one as is the same. */
function share(first: unknown, second: unknown): unknown {
  if (Object.is(first, second)) return first; // also of equal strings
  if (!Array.isArray(first) || !Array.isArray(second)) return second;
  const parts = second.map((part, i) => share(first[i], part));
  const isSame = first.length === parts.length &&
    parts.every((part, i) => Object.is(part, first[i]));
  return isSame ? first : parts;
}

export class Interpreter {
  readonly #history: Op[] = [];
  readonly #threads: Thread[];

  constructor(
    private readonly scheduler: Scheduler,
    private readonly random: Random,
    concurrency: number,
    private readonly open: (thread: number) => Thread["client"],
    private readonly reusable: boolean,
  ) {
    this.#threads = Array.from({ length: concurrency }, (_, index) => ({
      index,
      process: index,
      client: open(index),
    }));
  }

  get history(): History {
    return this.#history;
  }

  /** The place of the next event in the history. */
  #stamp(): Pick<Op, "index" | "time"> {
    const index = this.#history.length;
    return { index, time: Math.round(this.scheduler.now() * 1e6) };
  }

  #record(op: Op): Op {
    this.#history.push(op);
    return op;
  }

  /**
   * Adds something that the nemesis did.
   *
   * @param marks `fault`: the number of the fault that this is about;
   * `byHand`: a step of a script of faults did it; `why`: for what reason; how a
   * request ended
   */
  recordFault(
    f: string,
    value: unknown,
    marks:
      & {
        readonly fault?: number;
        readonly byHand?: true;
        readonly why?: string;
      }
      & Partial<Ending> = {},
  ): void {
    this.#record({
      type: "info",
      process: NEMESIS,
      f,
      value,
      ...marks,
      ...this.#stamp(),
    });
  }

  /**
   * Runs operations until all threads are through.
   *
   * @returns how many operations there were, those not performed included
   */
  phase(generator: Generator, pace: Pace): Promise<number> {
    return new Promise((resolve) => {
      const start = this.scheduler.now();
      const end = start + pace.timeLimit;
      let due = start;
      let timer: Timer | undefined;
      let wakeAt = NaN;
      /** Threads that wait for an operation, and have more to do. */
      const free = [...this.#threads];
      let busy = 0;
      let count = 0;

      const step = () => {
        for (;;) {
          const now = this.scheduler.now();
          const over = now >= end || free.length + busy === 0;
          if (over && busy === 0) return finish();
          if (over || free.length === 0) return; // an end of one calls again
          if (due > now) return arm(Math.min(due, end));
          const i = this.random.integer(free.length);
          const thread = free[i];
          const invocation = generator.next({
            thread: thread.index,
            process: thread.process,
            time: now - start,
          });
          if (invocation === undefined) {
            remove(i);
            continue;
          }
          const from = Math.max(due, now - MAX_CATCH_UP);
          due = from + this.random.float() * 2 * pace.gap();
          const n = count++;
          if (pace.performs?.(n) === false) continue;
          remove(i);
          busy++;
          this.#perform(thread, invocation, generator, () => {
            busy--;
            free.push(thread);
            step();
          });
        }
      };
      const remove = (i: number) => {
        const last = free.pop();
        if (last !== undefined && i < free.length) free[i] = last;
      };
      const arm = (time: number) => {
        if (time === wakeAt) return;
        timer?.cancel();
        wakeAt = time;
        timer = this.scheduler.at(time, () => {
          wakeAt = NaN;
          step();
        });
      };
      let finished = false;
      const finish = () => {
        if (!finished) resolve(count);
        finished = true;
      };
      arm(start);
    });
  }

  #perform(
    thread: Thread,
    invocation: Invocation,
    generator: Generator,
    ended: () => void,
  ): void {
    const { process, client: { node } } = thread;
    this.#record(event({ ...this.#stamp(), process, node }, invocation));
    let isInvoked = false;
    thread.client.invoke(invocation, (completion) => {
      const op = this.#record(
        event({ ...this.#stamp(), process, node }, invocation, completion),
      );
      generator.update?.(op, thread.index);
      if (op.type === "info") {
        thread.process += this.#threads.length;
        if (!this.reusable) {
          thread.client.close();
          thread.client = this.open(thread.index);
        }
      }
      // Clients that end without waiting must not nest.
      if (isInvoked) ended();
      else this.scheduler.after(0, ended);
    });
    isInvoked = true;
  }

  close(): void {
    for (const { client } of this.#threads) client.close();
  }
}
