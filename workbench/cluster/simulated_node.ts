/**
 * A node that is a program inside this process, under the run's clock.
 *
 * @module
 */
import { Node, type Program, type Runtime } from "../../lib/maelstrom.ts";
import { type Packet } from "./journal.ts";
import { type NodeEvents, type NodeHost } from "./node_host.ts";
import { type Random } from "../clock/random.ts";
import { type DiskOptions, SimulatedDisk } from "./simulated_disk.ts";
import { type Clock, SetClock, SkewedClock } from "../clock/skewed_clock.ts";
import { type VirtualScheduler } from "../clock/scheduler.ts";

export interface SimulatedOptions {
  readonly program: Program;
  readonly args: readonly string[];
  readonly random: Random;
  /** How far the clock jumps at most, in ms. @default 0 */
  readonly clockSkew?: number;
  /** When a hand sets it, in the order of the times. @default never */
  readonly jumps?: readonly { readonly at: number; readonly by: number }[];
  readonly log: (text: string) => void;
  /** What its disk is like. @default at once, endless, and it does not rot */
  readonly disk?: Partial<DiskOptions>;
}

const perfectDisk: DiskOptions = {
  diskLatency: 0,
  diskSize: Infinity,
  pCorrupt: 0,
  wipe: false,
};

/** The shortest time that a timer takes, unless it is set for none, in ms. */
const MIN_DELAY = 0.001;

/** The library's: its class is no part of what programs import. */
const isUsageError = (error: unknown): boolean =>
  error instanceof Error && error.name === "UsageError";

export class SimulatedNode implements NodeHost {
  readonly evidence = "";
  #node: Node | undefined;
  #incarnation = 0;
  /** What waits for the end of a pause; undefined if there is none. */
  #frozen: (() => void)[] | undefined;
  /** The machine's clock, which a restart does not reset. */
  readonly #clock: Clock | undefined;
  readonly #disk: SimulatedDisk;

  constructor(
    private readonly scheduler: VirtualScheduler,
    private readonly options: SimulatedOptions,
    private readonly events: NodeEvents,
  ) {
    const { clockSkew = 0, jumps = [], random, disk } = options;
    this.#disk = new SimulatedDisk(random.fork("disk"), {
      ...perfectDisk,
      ...disk,
    });
    const skewed = clockSkew > 0
      ? new SkewedClock(random.fork("clock"), clockSkew)
      : undefined;
    this.#clock = jumps.length > 0 ? new SetClock(jumps, skewed) : skewed;
  }

  start(): void {
    const { program } = this.options;
    this.#node = new Node(this.#runtime(++this.#incarnation));
    try {
      this.#node.start(program);
    } catch (error) {
      const { message: text, cause } = error instanceof Error
        ? error
        : new Error(`${error}`);
      const { failed, refused = failed } = this.events;
      // A program or a command line that the library refuses is no finding.
      const tell = isUsageError(cause) ? refused : failed;
      tell(`The program ${text}`);
    }
  }

  /** The world of one incarnation: after its death nothing gets out of it. */
  #runtime(incarnation: number): Runtime {
    const { scheduler } = this;
    const clock = this.#clock;
    const { args, log } = this.options;
    const random = this.options.random.fork(`${incarnation}`);
    const isAlive = () => this.#incarnation === incarnation && !!this.#node;
    const after = (ms: number, callback: () => void) =>
      scheduler.after(ms, () => {
        if (isAlive()) this.#unlessFrozen(() => isAlive() && callback());
      });
    return {
      args,
      now: () => clock?.at(scheduler.now()) ?? scheduler.now(),
      random: () => random.float(),
      setTimer: (callback, ms) => {
        const delay = clock?.delay(ms, scheduler.now()) ?? ms;
        // Or the rest of a wait that a clock's rounding leaves would last for ever.
        return after(ms > 0 ? Math.max(delay, MIN_DELAY) : delay, callback);
      },
      send: (src, dest, text) => {
        if (!isAlive()) return;
        try {
          this.events.sent(src, dest, undefined, text);
        } catch (error) {
          this.events.failed(
            `Node ${src} sent a message that can't be delivered: ${error}\n  ${text}`,
          );
        }
      },
      log,
      openDisk: () => this.#disk.open({ after }),
      stop: (why) => {
        if (!isAlive()) return;
        this.#end();
        this.#disk.close();
        log(why);
        const { stopped = this.events.failed } = this.events;
        stopped(why);
      },
    };
  }

  #unlessFrozen(action: () => void): void {
    if (this.#frozen) this.#frozen.push(action);
    else action();
  }

  deliver(packet: Packet): void {
    const node = this.#node;
    if (node === undefined) return;
    this.#unlessFrozen(() => {
      if (this.#node !== node) return;
      node.receive({
        src: packet.src,
        dest: packet.dest,
        body: packet.copyBody(),
      });
    });
  }

  kill(): void {
    this.#end();
    this.#disk.crash();
  }

  #end(): void {
    this.#node = undefined;
    this.#frozen = undefined;
  }

  pause(): void {
    this.#frozen ??= [];
  }

  resume(): void {
    const actions = this.#frozen ?? [];
    this.#frozen = undefined;
    for (const action of actions) action();
  }

  stop(): Promise<void> {
    this.kill();
    return Promise.resolve();
  }
}
