/**
 * A cluster's node, whatever runs it: a process of any language, or a program
 * inside this process.
 *
 * @module
 */
import { type Body } from "../../lib/maelstrom.ts";
import { type Packet } from "./journal.ts";

/** Runs one node. */
export interface NodeHost {
  /** Starts the node with empty memory. */
  start(): void;
  /** Hands a message to the node; dropped while it is not running. */
  deliver(packet: Packet): void;
  /** Stops it at once; it loses its memory. */
  kill(): void;
  /** Freezes it; messages wait. */
  pause(): void;
  resume(): void;
  /** Ends it for good, and whatever it started. */
  stop(): Promise<void>;
  /** Lines that may tell a person why it went wrong. */
  readonly evidence: string;
  /** What it printed that is no message yet, and what to do; if there is any. */
  readonly unheard?: string;
}

/** What a node does to the world. */
export interface NodeEvents {
  /** It sent a message. The body comes as an object, as JSON, or both. */
  sent(src: string, dest: string, body?: Body, text?: string): void;
  /** It broke the protocol, or ended by itself. The text is for people. */
  failed(text: string): void;
  /** It can't be run at all, whatever the seed: the run is no verdict on it. */
  refused?(text: string): void;
  /** It ended by itself, for a reason that is no fault of its program. */
  stopped?(why: string): void;
}

/** The run can't go on. The message says why, and what to do. */
export class RunError extends Error {
  override readonly name: string = "RunError";
}

/** Nothing can be run as it was asked for, such as with a node's wrong flags. */
export class UnusableError extends RunError {
  override readonly name = "UnusableError";
}
