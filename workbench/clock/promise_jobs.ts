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
  listeners();

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

function listeners(): Later {
  /** How many turns one message gives. */
  const count = 1000;
  const { port1, port2 } = new MessageChannel();
  const callbacks: (() => void)[] = [];
  /** Those of this message that are still to be called. */
  let left = 0;
  const called = () => {
    if (left === 0) left = count;
    left--;
    const callback = callbacks.shift();
    if (left === 0 && callbacks.length > 0) port2.postMessage(undefined);
    callback?.();
  };
  for (let n = 0; n < count; n++) {
    // A function is a listener once only, however often it is added.
    port1.addEventListener("message", () => called());
  }
  port1.start();
  return (callback) => {
    callbacks.push(callback);
    if (left === 0 && callbacks.length === 1) port2.postMessage(undefined);
  };
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
