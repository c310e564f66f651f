/**
 * A worker as the page sees it: one job at a time, and an end for those that
 * never end.
 *
 * @module
 */
import {
  type Answer,
  type Failure,
  type Job,
  type Outcome,
  type Request,
} from "../run/protocol.ts";

/** The job can't be done. The message is a sentence for a person. */
export class JobFailed extends Error {
  override readonly name = "JobFailed";
  constructor(
    readonly failure: Failure,
    /** Whether another seed might do better: this one did not end. */
    readonly isOfSeed = false,
  ) {
    super(failure.message);
  }
}

/** Somebody wanted no more of it. */
export class JobCancelled extends Error {
  override readonly name = "JobCancelled";
}

export interface WorkerOptions {
  /** So long may a run say nothing, in ms. @default 4000 */
  readonly patience?: number;
  /** Told how far it is, in virtual ms. */
  readonly progressed?: (time: number) => void;
}

/** Says nothing for so long: it loops. In ms. */
const PATIENCE = 4000;

/** A blob: a worker from it inherits the page's policy. */
function workerAddress(): string {
  const code = document.getElementById("worker")?.textContent ?? "";
  return URL.createObjectURL(new Blob([code], { type: "text/javascript" }));
}

let address: string | undefined;

interface Current {
  readonly job: Job;
  readonly resolve: (outcome: Outcome) => void;
  readonly reject: (error: Error) => void;
  readonly options: WorkerOptions;
  /** Virtual ms, when it last said something. */
  time: number;
  /** What a node was given last, where that is told. */
  last?: {
    readonly node: string;
    readonly time: number;
    readonly what: string;
  };
}

/** Does one job at a time; a new one ends what is under way. */
export class Runner {
  #worker: Worker | undefined;
  #isReady = false;
  #current: Current | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #id = 0;

  /**
   * @throws {JobFailed} it can't be done, or does not end
   * @throws {JobCancelled}
   */
  run(job: Job, options: WorkerOptions = {}): Promise<Outcome> {
    if (this.#current !== undefined) this.cancel();
    return new Promise((resolve, reject) => {
      this.#current = { job, resolve, reject, options, time: 0 };
      this.#worker ??= this.#start();
      const request: Request = { id: ++this.#id, job };
      this.#worker.postMessage(request);
      this.#wait();
    });
  }

  /** Starts its worker, which takes a while, before there is a job. */
  warm(): void {
    this.#worker ??= this.#start();
  }

  /** Ends what is under way. */
  cancel(): void {
    if (this.#current === undefined) return;
    this.#stop();
    this.#settle(({ reject }) => reject(new JobCancelled("cancelled")));
  }

  /** Ends the worker for good. */
  close(): void {
    this.cancel();
    this.#stop();
  }

  #start(): Worker {
    address ??= workerAddress();
    const worker = new Worker(address, { type: "module" });
    worker.onmessage = ({ data }: MessageEvent<Answer>) => this.#hear(data);
    worker.onerror = (event) => {
      this.#stop();
      const message = `The worker broke off: ${event.message}`;
      this.#settle(({ reject }) => reject(new JobFailed({ message }, true)));
    };
    return worker;
  }

  #stop(): void {
    this.#worker?.terminate();
    this.#worker = undefined;
    this.#isReady = false;
  }

  #settle(how: (current: Current) => void): void {
    clearTimeout(this.#timer);
    const current = this.#current;
    this.#current = undefined;
    if (current !== undefined) how(current);
  }

  #hear(answer: Answer): void {
    if (answer.kind === "ready") {
      this.#isReady = true;
      if (this.#current !== undefined) this.#wait();
      return;
    }
    if (answer.id !== this.#id) return;
    const current = this.#current;
    if (current === undefined) return;
    if (answer.kind === "done") {
      return this.#settle(({ resolve }) => resolve(answer.outcome));
    }
    if (answer.kind === "failed") {
      return this.#settle(({ reject }) =>
        reject(new JobFailed(answer.failure))
      );
    }
    current.time = answer.time;
    if (answer.kind === "next") current.last = answer;
    else current.options.progressed?.(answer.time);
    if (answer.kind === "judging") clearTimeout(this.#timer);
    else this.#wait();
  }

  /** A worker can't be asked anything while a program holds it. */
  #wait(): void {
    clearTimeout(this.#timer);
    // It is no run's fault how long a worker takes to start.
    if (!this.#isReady) return;
    const { patience = PATIENCE } = this.#current?.options ?? {};
    this.#timer = setTimeout(() => this.#despair(patience), patience);
  }

  #despair(patience: number): void {
    const current = this.#current;
    if (current === undefined) return;
    this.#stop();
    const { job, time, last, options } = current;
    if (job.tellFrom !== undefined) {
      return this.#settle(({ reject }) =>
        reject(new JobFailed({ message: neverEnds(patience, last) }, true))
      );
    }
    // The run is the same again: this time it tells where it is, from the last
    // that was heard of it.
    this.#current = undefined;
    this.run({ ...job, want: undefined, tellFrom: time }, options).then(
      current.resolve,
      current.reject,
    );
  }
}

function neverEnds(patience: number, last: Current["last"]): string {
  const seconds = patience / 1000;
  return last === undefined
    ? `The program was stopped: it did nothing else for ${seconds} s. It never ` +
      "comes to the end of its setting up; maybe a loop has no end."
    : `The program was stopped: ${last.node} did not come to the end of ` +
      `something for ${seconds} s. What it was given last, at ` +
      `${(last.time / 1000).toFixed(3)} s, is ${last.what}`;
}
