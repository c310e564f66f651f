/**
 * When things happen. The same workbench runs on the machine's clock, for real
 * processes, and on a virtual one that jumps from event to event.
 *
 * @module
 */
import process from "node:process";

/** Something that will happen, unless it is called off. */
export interface Timer {
  cancel(): void;
}

/** A clock in ms since the run began, and a queue of what is to happen. */
export interface Scheduler {
  now(): number;
  /** Calls back at a time, never before this call returns. */
  at(time: number, callback: () => void): Timer;
  after(ms: number, callback: () => void): Timer;
  /**
   * A promise that a callback settles. All promises of the workbench are made
   * here: a virtual clock must stand still while their continuations run.
   */
  promise<T>(start: (resolve: (value: T) => void) => void): Promise<T>;
}

class Event implements Timer {
  cancelled = false;

  constructor(
    readonly time: number,
    readonly order: number,
    readonly callback: () => void,
  ) {}

  cancel(): void {
    this.cancelled = true;
  }
}

/** A binary heap of events by time; equal times in the order of creation. */
class EventQueue {
  readonly #heap: Event[] = [];
  #order = 0;

  add(time: number, callback: () => void): Event {
    const event = new Event(time, this.#order++, callback);
    const heap = this.#heap;
    let i = heap.length;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (!before(event, heap[parent])) break;
      heap[i] = heap[parent];
      i = parent;
    }
    heap[i] = event;
    return event;
  }

  /** The next event that was not cancelled. */
  peek(): Event | undefined {
    const heap = this.#heap;
    while (heap.length > 0 && heap[0].cancelled) this.#removeFirst();
    return heap[0];
  }

  pop(): Event | undefined {
    const first = this.peek();
    if (first !== undefined) this.#removeFirst();
    return first;
  }

  #removeFirst(): void {
    const heap = this.#heap;
    const last = heap.pop();
    const size = heap.length;
    if (last === undefined || size === 0) return;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= size) break;
      if (child + 1 < size && before(heap[child + 1], heap[child])) child++;
      if (!before(heap[child], last)) break;
      heap[i] = heap[child];
      i = child;
    }
    heap[i] = last;
  }
}

function before(a: Event, b: Event): boolean {
  return a.time < b.time || (a.time === b.time && a.order < b.order);
}

/** Runs on the machine's clock. */
export class RealScheduler implements Scheduler {
  readonly #queue = new EventQueue();
  readonly #start = performance.now();
  #wakeAt = Infinity;
  #timeout: ReturnType<typeof setTimeout> | undefined;
  #stopped = false;

  now(): number {
    return performance.now() - this.#start;
  }

  at(time: number, callback: () => void): Timer {
    const event = this.#queue.add(time, callback);
    if (time < this.#wakeAt) this.#arm(time);
    return event;
  }

  after(ms: number, callback: () => void): Timer {
    return this.at(this.now() + ms, callback);
  }

  promise<T>(start: (resolve: (value: T) => void) => void): Promise<T> {
    return new Promise(start);
  }

  /** Forgets all that was to happen, so that the process can end. */
  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timeout);
  }

  #arm(time: number): void {
    if (this.#stopped) return;
    this.#wakeAt = time;
    clearTimeout(this.#timeout);
    const delay = time - this.now();
    // A timeout of 0 takes about a millisecond; an immediate, microseconds.
    if (delay <= 0) setImmediate(() => this.#run());
    else this.#timeout = setTimeout(() => this.#run(), delay);
  }

  #run(): void {
    if (this.#stopped) return;
    this.#wakeAt = -Infinity;
    // Only what is due by now, so that immediates of this round do not starve
    // the input of processes.
    const now = this.now();
    let event = this.#queue.peek();
    while (event !== undefined && event.time <= now) {
      this.#queue.pop();
      event.callback();
      event = this.#queue.peek();
    }
    this.#wakeAt = Infinity;
    if (event !== undefined) this.#arm(event.time);
  }
}

/** Runs as fast as it can, its clock jumping to each next event. */
export class VirtualScheduler implements Scheduler {
  readonly #queue = new EventQueue();
  #now = 0;
  #jobsQueued = true;

  now(): number {
    return this.#now;
  }

  at(time: number, callback: () => void): Timer {
    return this.#queue.add(Math.max(time, this.#now), callback);
  }

  after(ms: number, callback: () => void): Timer {
    return this.#queue.add(this.#now + Math.max(ms, 0), callback);
  }

  promise<T>(start: (resolve: (value: T) => void) => void): Promise<T> {
    return new Promise((resolve) =>
      start((value) => {
        this.onAsync();
        resolve(value);
      })
    );
  }

  /** Says that promise jobs may be queued: they run before the next event. */
  onAsync(): void {
    this.#jobsQueued = true;
  }

  /** Lets time pass until the work is done. */
  run<T>(work: Promise<T>): Promise<T> {
    let done = false;
    const finished = work.finally(() => done = true);
    finished.catch(() => {}); // reported by whoever awaits the result
    return new Promise((resolve, reject) => {
      let rounds = 0;
      const step = () => {
        try {
          while (!this.#jobsQueued) {
            const event = this.#queue.pop();
            if (event === undefined) {
              throw new Error("the run waits for something that can't happen");
            }
            this.#now = event.time;
            event.callback();
          }
        } catch (error) {
          return reject(error);
        }
        this.#jobsQueued = false;
        // A tick that a promise job asks for runs after all promise jobs,
        // however long their chain. Now and then an immediate, so that signals
        // and other work of this process have their turn.
        if (++rounds % ROUNDS_AT_ONCE === 0) setImmediate(next);
        else queueMicrotask(() => process.nextTick(next));
      };
      const next = () => done ? resolve(finished) : step();
      step();
    });
  }
}

/** So many times promise jobs run before the event loop has a turn. */
const ROUNDS_AT_ONCE = 2000;
