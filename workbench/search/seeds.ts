/**
 * Runs many seeds, wherever they run: in processes, or in a page's workers.
 *
 * @module
 */
import { type SeedJob, type Verdict } from "./verdict.ts";

/** Runs seeds side by side. */
export interface Seeds {
  /** Runs many, and yields the verdicts in the order of the jobs. */
  all<J extends SeedJob>(
    jobs: Iterable<J>,
  ): AsyncGenerator<[job: J, verdict: Verdict]>;
}

/**
 * Verdicts in the order of the jobs, whichever ends first.
 *
 * @param run runs one when there is room for it
 * @param ahead how many may be begun before the first of them has ended
 */
export async function* inOrder<J extends SeedJob>(
  jobs: Iterable<J>,
  run: (job: J) => Promise<Verdict>,
  ahead: number,
): AsyncGenerator<[job: J, verdict: Verdict]> {
  const begun: [J, Promise<Verdict>][] = [];
  const yieldFirst = async (): Promise<[J, Verdict]> => {
    const [job, verdict] = begun[0];
    const result: [J, Verdict] = [job, await verdict];
    begun.shift();
    return result;
  };
  for (const job of jobs) {
    const verdict = run(job);
    verdict.catch(() => {}); // also awaited above
    begun.push([job, verdict]);
    if (begun.length >= ahead) yield await yieldFirst();
  }
  while (begun.length > 0) yield await yieldFirst();
}
