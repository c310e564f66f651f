/**
 * What a node has of the world.
 *
 * @module
 */

import { type Disk } from "./disk.ts";

/**
 * All that a node has of the world. {@linkcode run} gives it the machine's.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { Node } from "@gossip-glomers/maelstrom";
 *
 * const sent: string[] = [];
 * const node = new Node({
 *   ...{ args: [], now: () => 0, random: () => 0.5, log: console.error },
 *   setTimer: () => ({ cancel: () => {} }), // time stands still
 *   send: (_src, dest, body) => sent.push(`${dest}: ${body}`),
 * });
 * node.receive({ src: "c0", dest: "n0", body: { type: "hi", msg_id: 1 } });
 * assert.match(sent[0], /^c0: .*"not initialized yet/);
 * ```
 */
export interface Runtime {
  /** What follows the program's name on its command line. */
  readonly args: readonly string[];
  /** The node's clock, in ms. It may jump: use it for durations, not order. */
  now(): number;
  /** A number in [0, 1). A restarted node must not see the same numbers. */
  random(): number;
  /** Calls back once, in about `ms` ms. */
  setTimer(callback: () => void, ms: number): Timer;
  /** Sends a message whose body is already JSON text. */
  send(src: string, dest: string, body: string): void;
  /** Says something to the person who runs the node. */
  log(text: string): void;
  /**
   * The disk of a node, as `--data-dir` asks for it.
   *
   * @default there are no disks
   * @throws {DiskError} it can't be had
   */
  openDisk?(folder: string, owner: string): Disk;
  /** Ends this node for good, since it can't go on. @default it goes on */
  stop?(why: string): void;
}

/**
 * A timer that can be called off.
 *
 * @example
 * ```ts
 * import { type Node, type Timer } from "@gossip-glomers/maelstrom";
 *
 * export default function program(node: Node): void {
 *   const timer: Timer = node.after(1000, () => node.log("no init for 1 s"));
 *   node.onInit(() => timer.cancel());
 * }
 * ```
 */
export interface Timer {
  /** Calls it off, if it is still to come. */
  cancel(): void;
}
