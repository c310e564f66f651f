/**
 * Signals that ask a command of the workbench to end.
 *
 * @module
 */

const numbers = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 } as const;

export interface Interruption {
  /** Aborted by the first such signal. */
  readonly signal: AbortSignal;
  /** What a command that was interrupted exits with, as shells have it. */
  exitCode(): number;
}

/** From now on such signals do not end the process: it has to end itself. */
export function listenForInterruption(): Interruption {
  const controller = new AbortController();
  let exitCode = 0;
  const signals = ["SIGHUP", "SIGINT", "SIGTERM"] as const;
  for (const signal of signals) {
    Deno.addSignalListener(signal, () => {
      exitCode ||= 128 + numbers[signal];
      controller.abort();
    });
  }
  return { signal: controller.signal, exitCode: () => exitCode };
}
