/**
 * When things happen. The same workbench runs on the machine's clock, for real
 * processes, and on a virtual one that jumps from event to event.
 *
 * @module
 */
import { afterPromiseJobs, eventLoopTurn } from "./promise_jobs.ts";

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
}

/** Something that has its place in a {@linkcode TimeQueue}. */
export interface Timed {
  readonly time: number;
  /** Its place in the queue; for the queue to set. */
  position: number;
}

/** A binary heap by time. Of equal times, what was added first comes first. */
export class TimeQueue<T extends Timed> {
  readonly #heap: T[] = [];
  /** When each was added, in the same places. */
  readonly #orders: number[] = [];
  #order = 0;

  get size(): number {
    return this.#heap.length;
  }

  peek(): T | undefined {
    return this.#heap[0];
  }

  add(item: T): void {
    const place = this.#heap.length;
    this.#heap.push(item);
    this.#orders.push(0);
    this.#up(place, item, this.#order++);
  }

  pop(): T | undefined {
    const first = this.#heap[0];
    if (first !== undefined) this.remove(first);
    return first;
  }

  remove(item: T): void {
    const place = item.position;
    item.position = -1;
    const last = this.#heap.pop();
    const order = this.#orders.pop();
    if (last === undefined || order === undefined || last === item) return;
    this.#down(place, last, order);
    if (last.position === place) this.#up(place, last, order);
  }

  /** Those of which something is true, in no order. */
  filter(isWanted: (item: T) => boolean): T[] {
    return this.#heap.filter(isWanted);
  }

  #up(place: number, item: T, order: number): void {
    while (place > 0) {
      const parent = (place - 1) >> 1;
      if (!this.#isBefore(item.time, order, parent)) break;
      this.#move(parent, place);
      place = parent;
    }
    this.#put(place, item, order);
  }

  #down(place: number, item: T, order: number): void {
    const size = this.#heap.length;
    for (;;) {
      let child = 2 * place + 1;
      if (child >= size) break;
      const right = child + 1;
      if (
        right < size &&
        this.#isBefore(this.#heap[right].time, this.#orders[right], child)
      ) child = right;
      if (this.#isBefore(item.time, order, child)) break;
      this.#move(child, place);
      place = child;
    }
    this.#put(place, item, order);
  }

  #isBefore(time: number, order: number, place: number): boolean {
    const other = this.#heap[place].time;
    return time < other || (time === other && order < this.#orders[place]);
  }

  #move(from: number, to: number): void {
    this.#put(to, this.#heap[from], this.#orders[from]);
  }

  #put(place: number, item: T, order: number): void {
    this.#heap[place] = item;
    this.#orders[place] = order;
    item.position = place;
  }
}

/** A callback that waits for its time. */
class Event implements Timer, Timed {
  position = -1;
  cancelled = false;

  constructor(
    private readonly queue: TimeQueue<Event>,
    readonly time: number,
    readonly callback: () => void,
  ) {}

  cancel(): void {
    this.cancelled = true;
    if (this.position >= 0) this.queue.remove(this);
  }
}

/** Runs on the machine's clock. */
export class RealScheduler implements Scheduler {
  readonly #queue = new TimeQueue<Event>();
  readonly #start = performance.now();
  #wakeAt = Infinity;
  #timeout: ReturnType<typeof setTimeout> | undefined;
  #stopped = false;

  now(): number {
    return performance.now() - this.#start;
  }

  at(time: number, callback: () => void): Timer {
    const event = new Event(this.#queue, time, callback);
    this.#queue.add(event);
    if (time < this.#wakeAt) this.#arm(time);
    return event;
  }

  after(ms: number, callback: () => void): Timer {
    return this.at(this.now() + ms, callback);
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
    if (delay <= 0) eventLoopTurn(() => this.#run());
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

/**
 * Runs as fast as it can, its clock jumping to each next event. After each,
 * whatever it did, all promise jobs run before anything else happens: nobody
 * has to say that a promise was settled.
 */
export class VirtualScheduler implements Scheduler {
  readonly #queue = new TimeQueue<Event>();
  /** What is due at once, after all in the queue whose time has come. */
  #immediate: Event[] = [];
  #nextImmediate = 0;
  #now = 0;

  now(): number {
    return this.#now;
  }

  at(time: number, callback: () => void): Timer {
    const event = new Event(this.#queue, Math.max(time, this.#now), callback);
    if (event.time > this.#now) this.#queue.add(event);
    else this.#immediate.push(event);
    return event;
  }

  after(ms: number, callback: () => void): Timer {
    return this.at(this.#now + ms, callback);
  }

  #pop(): Event | undefined {
    const first = this.#queue.peek();
    if (first !== undefined && first.time <= this.#now) {
      return this.#queue.pop();
    }
    while (this.#nextImmediate < this.#immediate.length) {
      const event = this.#immediate[this.#nextImmediate++];
      if (!event.cancelled) return event;
    }
    this.#immediate = [];
    this.#nextImmediate = 0;
    return this.#queue.pop();
  }

  /** Lets time pass until the work is done. */
  run<T>(work: Promise<T>): Promise<T> {
    let done = false;
    const finished = work.finally(() => done = true);
    finished.catch(() => {}); // reported by whoever awaits the result
    return new Promise((resolve, reject) => {
      let events = 0;
      const next = () => {
        if (done) return resolve(finished);
        const event = this.#pop();
        if (event === undefined) {
          const text = "the run waits for something that can't happen";
          return reject(new Error(text));
        }
        this.#now = event.time;
        try {
          event.callback();
        } catch (error) {
          return reject(error);
        }
        settle();
      };
      // Now and then signals and other work of this process have their turn.
      const settle = () =>
        ++events % EVENTS_AT_ONCE === 0
          ? eventLoopTurn(next)
          : afterPromiseJobs(next);
      settle();
    });
  }
}

/** So many events happen before the event loop has a turn. */
const EVENTS_AT_ONCE = 2000;
