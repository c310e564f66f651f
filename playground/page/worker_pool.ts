/**
 * Workers that run seeds side by side, as many as there are cores.
 *
 * @module
 */
import { inOrder } from "../../workbench/search/seeds.ts";
import {
  brokenOff,
  type SeedJob,
  type Verdict,
} from "../../workbench/search/verdict.ts";
import { type Runs } from "../run/hunter.ts";
import { type Outcome, type ProgramSource } from "../run/protocol.ts";
import { JobCancelled, JobFailed, Runner } from "./worker.ts";

/** What came of a seed that may not have ended. */
export type SeedOutcome =
  & Pick<Outcome, "verdict">
  & Partial<Pick<Outcome, "measured">>;

/**
 * So long may a run say nothing, in ms: it has its core to share with others,
 * and whoever waits for many can wait for one.
 */
const PATIENCE = 10_000;

interface Waiting {
  readonly job: SeedJob;
  readonly source: ProgramSource;
  readonly resolve: (outcome: SeedOutcome) => void;
  readonly reject: (error: Error) => void;
}

export class WorkerPool implements Runs {
  readonly size = navigator.hardwareConcurrency;
  readonly #idle: Runner[] = [];
  readonly #all: Runner[] = [];
  readonly #queue: Waiting[] = [];
  #isClosed = false;

  /** @param source what they run, unless it is said otherwise */
  constructor(private readonly source: ProgramSource) {}

  /**
   * Runs one seed, when there is a worker for it. A run that does not end is a
   * failure.
   *
   * @throws {JobFailed} no seed can be run
   * @throws {JobCancelled} the pool was closed
   */
  async run(job: SeedJob): Promise<Verdict> {
    return (await this.measure(job)).verdict;
  }

  /** The same, with its figures. @throws {JobFailed} @throws {JobCancelled} */
  measure(job: SeedJob, source = this.source): Promise<SeedOutcome> {
    return new Promise((resolve, reject) => {
      this.#queue.push({ job, source, resolve, reject });
      this.#next();
    });
  }

  all<J extends SeedJob>(
    jobs: Iterable<J>,
  ): AsyncGenerator<[job: J, verdict: Verdict]> {
    return inOrder(jobs, (job) => this.run(job), 4 * this.size);
  }

  /** Ends all that is under way. */
  close(): void {
    this.#isClosed = true;
    for (const runner of this.#all) runner.close();
    for (const { reject } of this.#queue.splice(0)) {
      reject(new JobCancelled("cancelled"));
    }
  }

  #next(): void {
    while (this.#queue.length > 0 && !this.#isClosed) {
      let runner = this.#idle.pop();
      if (runner === undefined) {
        if (this.#all.length >= this.size) return;
        runner = new Runner();
        this.#all.push(runner);
      }
      const waiting = this.#queue.shift();
      if (waiting !== undefined) this.#perform(runner, waiting);
    }
  }

  async #perform(
    runner: Runner,
    { job: { run, want }, source, resolve, reject }: Waiting,
  ): Promise<void> {
    try {
      resolve(
        await runner.run({ run, want, source }, {
          patience: PATIENCE,
        }),
      );
    } catch (error) {
      if (error instanceof JobFailed && error.isOfSeed) {
        resolve({ verdict: brokenOff(error.message) });
      } else reject(error instanceof Error ? error : new Error(`${error}`));
    }
    this.#idle.push(runner);
    this.#next();
  }
}
