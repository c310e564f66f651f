/**
 * Does what a script of faults says.
 *
 * @module
 */
import { type Scheduler } from "../clock/scheduler.ts";
import { type Cluster } from "./cluster.ts";
import { describeStep, type FaultStep, type SkewStep } from "./fault_script.ts";
import { type Packet } from "./journal.ts";
import { type Network } from "./network.ts";

/** Adds what was done to a history. */
type Record = (f: FaultStep["do"], value: unknown) => void;

/** More steps than this in vain are a number. */
const MAX_NOTES = 10;

/**
 * Takes its steps from the beginning of the load to its end. Then it mends what
 * is still broken, as nemeses do, and only clocks are set later than that.
 */
export class Hand {
  /** What has not been tried. */
  readonly #left: Set<FaultStep>;
  readonly #inVain: string[] = [];
  readonly #cuts = new Map<string, readonly [string, string]>();
  #record: Record = () => {};
  #isOver = false;

  constructor(
    private readonly steps: readonly FaultStep[],
    private readonly cluster: Cluster,
    private readonly network: Network,
  ) {
    this.#left = new Set(steps);
  }

  /** Which steps found nothing to do, and why: sentences for people. */
  get notes(): readonly string[] {
    const late = [...this.#left].map((step) =>
      noted(step, "it came after the load")
    );
    const all = [...this.#inVain, ...late];
    const more = all.length - MAX_NOTES;
    return more <= 0 ? all : [
      ...all.slice(0, MAX_NOTES),
      `So it was with ${more} more steps of the script of faults.`,
    ];
  }

  /**
   * The load begins. Steps of the time before it are due now: without `init` and
   * what else comes first there is no run that could be judged.
   */
  begin(scheduler: Scheduler, record: Record): void {
    this.#record = record;
    for (const step of this.steps.toSorted((a, b) => a.at - b.at)) {
      scheduler.at(step.at, () => this.#take(step));
    }
  }

  #take(step: FaultStep): void {
    if (this.#isOver && step.do !== "skew") return;
    this.#left.delete(step);
    const why = this.#perform(step);
    if (why !== undefined) this.#inVain.push(noted(step, why));
  }

  /** @returns why there was nothing to do, if it is known by now */
  #perform(step: FaultStep): string | undefined {
    switch (step.do) {
      case "kill":
      case "start":
      case "pause":
      case "resume":
        return this.#handle(step.do, step.node);
      case "cut":
      case "heal":
        return this.#join(step.do, step.link);
      case "skew":
        return this.#skew(step);
      default: {
        const by = step.do === "delay" ? { by: step.by } : {};
        this.network.touch({
          message: step.message,
          act: step.do === "delay" ? { by: step.by } : step.do,
          done: ({ id, src, dest }: Packet) =>
            this.#record(step.do, { message: id, src, dest, ...by }),
          inVain: (why) => this.#inVain.push(noted(step, why)),
        });
        return undefined;
      }
    }
  }

  #handle(
    what: Parameters<Cluster["handle"]>[0],
    node: string,
  ): string | undefined {
    const why = this.#unknown([node]) ?? this.cluster.handle(what, node);
    if (why === undefined) this.#record(what, [node]);
    return why;
  }

  #skew({ node, by }: SkewStep): string | undefined {
    const why = this.#unknown([node]);
    // The clock has known of it from the beginning.
    if (why === undefined) this.#record("skew", { node, by });
    return why;
  }

  #join(
    what: "cut" | "heal",
    [a, b]: readonly [string, string],
  ): string | undefined {
    const unknown = this.#unknown([a, b]);
    if (unknown !== undefined) return unknown;
    const isCut = this.network.isCut(a, b);
    if (isCut === (what === "cut")) {
      return `${a} and ${b} were ${isCut ? "" : "not "}cut by hand`;
    }
    const name = [a, b].toSorted().join(" ");
    if (what === "cut") {
      this.network.cut(a, b);
      this.#cuts.set(name, [a, b]);
    } else {
      this.network.heal(a, b);
      this.#cuts.delete(name);
    }
    this.#record(what, [a, b]);
    return undefined;
  }

  /** A script that was written for another cluster. */
  #unknown(names: readonly string[]): string | undefined {
    const name = names.find((it) => !this.cluster.nodeIds.includes(it));
    return name === undefined ? undefined : `there is no node ${name}`;
  }

  /** The load is over: all runs again, and hears each other. */
  end(): void {
    this.#isOver = true;
    this.network.endTouches();
    for (const link of [...this.#cuts.values()]) this.#join("heal", link);
    for (const it of this.cluster.handEnds) this.#handle(it.do, it.node);
  }
}

const noted = (step: FaultStep, why: string): string =>
  `By hand, at ${(step.at / 1000).toFixed(3)} s: ${describeStep(step)}. ` +
  `Nothing was done: ${why}.`;
