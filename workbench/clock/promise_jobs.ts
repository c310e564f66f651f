/**
 * Waiting until no promise job is left, however long the chains of them.
 *
 * Where there are ticks (Deno, Node.js), a tick that a promise job asks for runs
 * after all promise jobs: that takes a tenth of a microsecond. In a browser and
 * its workers a message to oneself does the same, in a few microseconds.
 *
 * What is used here is taken when this module is imported: a simulation forbids
 * the machine's timers to programs later on.
 *
 * @module
 */
/** Calls back when all promise jobs have run, those that they queue too. */
export const afterPromiseJobs: (callback: () => void) => void = ticks() ??
  turns();

/** Calls back after whatever else this thread has to do had its turn. */
export const eventLoopTurn: (callback: () => void) => void = turns();

type Later = (callback: () => void) => void;

/** What a machine may have, whatever else it has. */
interface Machine {
  readonly queueMicrotask: Later;
  readonly setImmediate?: Later;
  readonly process?: { readonly nextTick?: Later };
}

function ticks(): Later | undefined {
  const { process }: Machine = globalThis;
  const nextTick = process?.nextTick;
  if (nextTick === undefined) return undefined;
  return (callback) => queueMicrotask(() => nextTick(callback));
}

function turns(): Later {
  const { setImmediate }: Machine = globalThis;
  if (setImmediate !== undefined) return (callback) => setImmediate(callback);
  const { port1, port2 } = new MessageChannel();
  const callbacks: (() => void)[] = [];
  port1.onmessage = () => callbacks.shift()?.();
  return (callback) => {
    callbacks.push(callback);
    port2.postMessage(undefined);
  };
}
