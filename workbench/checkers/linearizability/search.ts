/**
 * The search for an order of operations on one object.
 *
 * Operations are placed when somebody who ended needs them, not before: Lowe's
 * just-in-time linearization ("Testing for Linearizability", 2017) of Wing and
 * Gong's search ("Testing and Verifying Concurrent Objects", JPDC 1993). A
 * configuration is a level, the first end that is yet to be got past; a state;
 * which of those that run at that moment are placed; and which of those of
 * unknown fate. All that could come of it is searched, but for what can be shown
 * to be needless:
 *
 * - A read is placed as soon as it fits: it changes nothing, so whatever could
 *   be done with it later can be done without it.
 * - Of equal operations that run, the one that ends first is placed first, and
 *   of those of unknown fate the one that began first, after those that are
 *   known to have happened: in any order two equal operations may change
 *   places so.
 * - What has an unknown fate and changes nothing need not happen.
 * - Where the same configuration was reached with fewer operations of unknown
 *   fate, the one with more can do nothing in addition. So the fewest are
 *   tried first.
 * - One of unknown fate is followed by an operation that notices it: else the
 *   same can be had without it.
 * - A state from which an operation that must come next can't happen any more
 *   leads nowhere: what the model knows as {@linkcode Model.mayLeadTo}.
 *
 * Nodes are taken in the order of depth first, the furthest level before all
 * others; there the one with the fewest of unknown fate.
 *
 * @module
 */
import { type Validity } from "../result.ts";
import { add, has, remove, size } from "./bits.ts";
import { Configurations, type Draft, NONE } from "./configurations.ts";
import { type Interval } from "./model.ts";
import { Outlook } from "./outlook.ts";
import { Timeline } from "./timeline.ts";
import { IMPOSSIBLE, INITIAL, type Transitions } from "./transitions.ts";

/** What the search found. */
export interface Linearization {
  /** `"unknown"` if the search was given up. */
  readonly linearizable: Validity;
  /**
   * The longest order found, as indices of the intervals; of all that have
   * ended if the history is linearizable.
   */
  readonly order: readonly number[];
  /** Who could have come next, had the state allowed it; empty if all is well. */
  readonly stuck: readonly number[];
  /** How many configurations were looked at. */
  readonly configurations: number;
}

/**
 * When a search is given up.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import {
 *   check,
 *   type Limits,
 *   type Model,
 * } from "@gossip-glomers/maelstrom/checkers";
 *
 * const limits: Limits = { configurations: 1000, bytes: 1e6 };
 * const stack: Model<readonly unknown[]> = {
 *   name: "stack",
 *   init: [],
 *   step(all, { f, input, output }) {
 *     if (f === "push") return [...all, input];
 *     return output === all.at(-1) ? all.slice(0, -1) : undefined;
 *   },
 * };
 * const push = { process: 0, f: "push", value: 1 };
 * const history = ["invoke", "ok"].map((type, i) => (
 *   { ...push, index: i, time: i, type: type === "ok" ? "ok" : "invoke" } as const
 * ));
 * assert.equal(check(history, stack, { limits }).valid, true);
 * ```
 */
export interface Limits {
  /** After so many configurations; */
  readonly configurations: number;
  /** when it takes so many bytes. */
  readonly bytes: number;
}

/** Whoever has used as many operations of unknown fate, or more, waits alike. */
const MOST_USED = 15;

/** So many attempts cost as much as a configuration. */
const ATTEMPTS = 32;

/**
 * Searches for an order of operations on one object.
 *
 * @param looksAhead whether to leave out what leads nowhere by what is yet to
 *   come: then the longest order may be shorter
 */
export function search(
  transitions: Transitions,
  intervals: readonly Interval<number>[],
  limits: Limits,
  looksAhead = true,
): Linearization {
  return new Search(transitions, intervals, looksAhead).run(limits);
}

class Search {
  readonly #transitions: Transitions;
  readonly #timeline: Timeline;
  readonly #outlook: Outlook | undefined;
  readonly #seen: Configurations;
  /** By level, number used, and whether it's the second time: what is open. */
  readonly #open: Int32Array;
  readonly #openCounts: Int32Array;
  readonly #ranks: number;
  #deepest = 0;
  /** The longest order so far, or the one that explains the history. */
  #best: Step = { parent: NONE, choice: NONE };
  #bestDepth = -1;
  #isFound = false;
  #attempts = 0;
  /** By operation: when it was met last, to tell equal ones. */
  readonly #met: Int32Array;
  #moment = 0;
  readonly #choices: number[] = [];
  readonly #node: Draft;
  readonly #child: Draft;

  constructor(
    transitions: Transitions,
    intervals: readonly Interval<number>[],
    looksAhead: boolean,
  ) {
    this.#transitions = transitions;
    this.#timeline = new Timeline(transitions, intervals);
    this.#outlook = looksAhead
      ? Outlook.of(transitions, this.#timeline)
      : undefined;
    const { width, levels, unended, operations } = this.#timeline;
    this.#seen = new Configurations(width, unended.length);
    this.#node = this.#seen.draft();
    this.#child = this.#seen.draft();
    this.#ranks = Math.min(unended.length, MOST_USED) + 1;
    this.#open = new Int32Array(levels * 2 * this.#ranks).fill(NONE);
    this.#openCounts = new Int32Array(levels + 1);
    this.#met = new Int32Array(
      operations.reduce((a, b) => Math.max(a, b), 0) + 1,
    );
  }

  run(limits: Limits): Linearization {
    if (this.#timeline.isTooWide) return this.#result("unknown");
    const child = this.#child;
    child.state = INITIAL;
    this.#settle(child);
    this.#arrive(NONE, NONE, INITIAL);
    if (!this.#isFound && this.#outlook?.isHopelessFrom(child)) {
      return this.#result(false);
    }
    while (!this.#isFound) {
      const next = this.#next();
      if (next === NONE) return this.#result(false);
      const cost = this.#seen.size + this.#attempts / ATTEMPTS;
      const bytes = this.#seen.bytes + this.#transitions.bytes;
      if (cost > limits.configurations || bytes > limits.bytes) {
        return this.#result("unknown");
      }
      this.#expand(next >> 1, (next & 1) === 1);
    }
    return this.#result(true);
  }

  /** Tries what ends first; the second time, all others. */
  #expand(id: number, isSecond: boolean): void {
    const seen = this.#seen;
    if (seen.isOutdone(id)) return;
    const node = this.#node;
    seen.read(id, node);
    const { level } = node;
    const unnoticed = this.#unnoticed(id);
    const timeline = this.#timeline;
    const first = timeline.ended[level];
    if (!isSecond) {
      this.#push(id, node, true);
      this.#try(id, first, unnoticed, true);
      return;
    }
    const moment = ++this.#moment;
    const choices = this.#choices;
    choices.length = 0;
    const to = timeline.runningFrom[level + 1];
    for (let i = timeline.runningFrom[level]; i < to; i++) {
      const other = timeline.running[i];
      if (timeline.isRead[other]) continue;
      if (has(node.placed, timeline.bits[other])) continue;
      if (!this.#isMet(other, moment) && other !== first) choices.push(other);
    }
    for (let i = 0; i < timeline.unendedBegun[level]; i++) {
      if (has(node.used, i)) continue;
      const other = timeline.unended[i];
      if (!this.#isMet(other, moment)) choices.push(other);
    }
    // The last one is taken first: what ends early must come soon anyway.
    for (let i = choices.length - 1; i >= 0 && !this.#isFound; i--) {
      const hasEnded = timeline.ends[choices[i]] < Infinity;
      this.#try(id, choices[i], unnoticed, hasEnded);
    }
  }

  /** Whether an equal operation was met at this moment. */
  #isMet(interval: number, moment: number): boolean {
    const operation = this.#timeline.operations[interval];
    if (this.#met[operation] === moment) return true;
    this.#met[operation] = moment;
    return false;
  }

  /**
   * The state before the last choice, if that has an unknown fate and nobody
   * has noticed it yet.
   */
  #unnoticed(id: number): number {
    const [parent, choice] = [this.#seen.parent(id), this.#seen.choice(id)];
    if (parent === NONE || !this.#timeline.isUnended(choice)) return NONE;
    return this.#seen.placedTheSame(id, parent)
      ? this.#seen.state(parent)
      : NONE;
  }

  #try(
    id: number,
    choice: number,
    unnoticed: number,
    hasEnded: boolean,
  ): void {
    this.#attempts++;
    const [node, child] = [this.#node, this.#child];
    const operation = this.#timeline.operations[choice];
    const next = this.#transitions.step(node.state, operation);
    if (next === IMPOSSIBLE || !hasEnded && next === node.state) return;
    if (
      unnoticed !== NONE &&
      this.#transitions.step(unnoticed, operation) === next
    ) return;
    child.level = node.level;
    child.state = next;
    child.depth = node.depth + 1;
    child.placed.set(node.placed);
    child.used.set(node.used);
    add(hasEnded ? child.placed : child.used, this.#timeline.bits[choice]);
    this.#settle(child);
    this.#arrive(id, choice, node.state);
  }

  /**
   * Places the reads that fit, and gets past all ends of what is placed.
   *
   * @param order gets the reads
   */
  #settle(draft: Draft, order?: number[]): void {
    const { placed } = draft;
    const { isRead, bits, operations, running, runningFrom, ended, levels } =
      this.#timeline;
    while (draft.level < levels) {
      const to = runningFrom[draft.level + 1];
      for (let i = runningFrom[draft.level]; i < to; i++) {
        const other = running[i];
        if (!isRead[other] || has(placed, bits[other])) continue;
        const next = this.#transitions.step(draft.state, operations[other]);
        if (next === IMPOSSIBLE) continue;
        add(placed, bits[other]);
        draft.depth++;
        order?.push(other);
      }
      const bit = bits[ended[draft.level]];
      if (!has(placed, bit)) return;
      remove(placed, bit);
      draft.level++;
    }
  }

  /** The child is reached, unless it's known or hopeless. */
  #arrive(parent: number, choice: number, left: number): void {
    const child = this.#child;
    if (child.depth > this.#bestDepth) {
      this.#best = { parent, choice };
      this.#bestDepth = child.depth;
    }
    if (child.level === this.#timeline.levels) {
      this.#best = { parent, choice };
      this.#isFound = true;
      return;
    }
    if (this.#outlook !== undefined) {
      if (this.#outlook.isHopeless(left, child)) return;
      child.state = this.#outlook.settled(child.state, child.level);
    }
    const id = this.#seen.add(child, parent, choice);
    if (id !== NONE) this.#push(id, child, false);
  }

  // ------------------------------------------------------------ what is open

  #push(id: number, { level, used }: Draft, isSecond: boolean): void {
    const rank = Math.min(size(used), this.#ranks - 1);
    const at = 2 * (level * this.#ranks + rank) + (isSecond ? 1 : 0);
    this.#seen.setNextOpen(id, this.#open[at]);
    this.#open[at] = id;
    this.#openCounts[level]++;
    if (level > this.#deepest) this.#deepest = level;
  }

  /** Twice the number, and 1 more if it is the second time. */
  #next(): number {
    while (this.#openCounts[this.#deepest] === 0) {
      if (this.#deepest === 0) return NONE;
      this.#deepest--;
    }
    let at = 2 * this.#deepest * this.#ranks;
    while (this.#open[at] === NONE) at++;
    const id = this.#open[at];
    this.#open[at] = this.#seen.nextOpen(id);
    this.#openCounts[this.#deepest]--;
    return 2 * id + (at & 1);
  }

  // ---------------------------------------------------------- what was found

  #result(linearizable: Validity): Linearization {
    const timeline = this.#timeline;
    const choices: number[] = [];
    for (
      let { parent, choice } = this.#best;
      choice !== NONE;
      choice = this.#seen.choice(parent), parent = this.#seen.parent(parent)
    ) choices.push(choice);
    const order: number[] = [];
    const draft = this.#seen.draft();
    draft.state = INITIAL;
    const settle = () => timeline.isTooWide || this.#settle(draft, order);
    settle();
    for (const choice of choices.reverse()) {
      order.push(choice);
      const operation = timeline.operations[choice];
      draft.state = this.#transitions.step(draft.state, operation);
      const set = timeline.isUnended(choice) ? draft.used : draft.placed;
      add(set, timeline.bits[choice]);
      settle();
    }
    const stuck: number[] = [];
    if (linearizable !== true) {
      const to = timeline.runningFrom[draft.level + 1];
      for (let i = timeline.runningFrom[draft.level]; i < to; i++) {
        const other = timeline.running[i];
        if (!has(draft.placed, timeline.bits[other])) stuck.push(other);
      }
    }
    return { linearizable, order, stuck, configurations: this.#seen.size };
  }
}

/** How a configuration was reached. */
interface Step {
  readonly parent: number;
  readonly choice: number;
}
