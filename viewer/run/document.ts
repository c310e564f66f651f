/**
 * A run as the page shows it: all that a report holds, and nothing that needs
 * Deno or a browser.
 *
 * Times are in ms since the run began, unless a name says otherwise.
 *
 * @module
 */

import {
  type Evidence,
  type Validity,
} from "../../workbench/checkers/result.ts";

/** A run, ready to be shown. */
export interface RunDocument {
  /** Whose shape this is; another number is another program's. */
  readonly format: 1;
  readonly workload: string;
  readonly valid: Validity;
  /** What is wrong, most telling first. */
  readonly findings: readonly Finding[];
  /** What is odd but allowed, and what the report itself leaves out. */
  readonly notes: readonly string[];
  /** The command that repeats the run; undefined if it can't be repeated. */
  readonly command?: string;
  /** When it was run, as an ISO 8601 date. */
  readonly date?: string;
  readonly settings: readonly Setting[];
  readonly figures: readonly Figure[];
  /** When the run ended. */
  readonly duration: number;
  readonly nodes: readonly string[];
  /** Who else sent or received messages, but for clients. */
  readonly services: readonly string[];
  /** The clients of operations, in the order of their threads. */
  readonly clients: readonly Client[];
  readonly operations: readonly Operation[];
  readonly faults: readonly Fault[];
  /** Absent if no journal was there to be read. */
  readonly messages?: Messages;
  /** What else lies in the folder of the run, relative to it. */
  readonly files?: readonly string[];
  /**
   * What the workload's own picture needs besides the operations; these are by
   * their positions here, not by their indices in the history.
   */
  readonly evidence: readonly Evidence[];
}

/** A sentence of the verdict, and what it speaks of. */
export interface Finding {
  /** The anomaly's name: `lost`, `G1a`; undefined if it has none. */
  readonly type?: string;
  /** A paragraph for a person. */
  readonly text: string;
  /** Positions in {@linkcode RunDocument.operations} that show it. */
  readonly operations: readonly number[];
  /** The value that it is about, if it is about one. */
  readonly subject?: string | number;
}

export interface Setting {
  readonly name: string;
  readonly value: string;
}

/** A number that a run came to, beside those of others. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  /** `ms`, `msgs/op`, or empty. */
  readonly unit: string;
  readonly beside: readonly Standard[];
}

/** What a figure of one of fly.io's challenges is held against. */
export interface Standard {
  /** `3d` */
  readonly challenge: string;
  /** What fly.io asks for: less than this. */
  readonly asked?: number;
  /** What the best published solution came to. */
  readonly best?: number;
}

/** A thread of clients: whoever takes over after one has crashed is the same. */
export interface Client {
  /** The lane's name: `client 3`. */
  readonly name: string;
  /** The node that it talks to. */
  readonly node: string;
  /** Names in the network: one for each life. */
  readonly ids: readonly string[];
}

export interface Operation {
  /** Of its invocation in the history. */
  readonly index: number;
  /** Of its completion; absent if it has not ended. */
  readonly completed?: number;
  readonly process: number;
  /** Position in {@linkcode RunDocument.clients}. */
  readonly client: number;
  readonly node?: string;
  readonly f: string;
  /** What was asked for. */
  readonly value?: unknown;
  /** What came of it; absent if it has not ended. */
  readonly result?: unknown;
  /** How many elements the result has that is left out here. */
  readonly omitted?: number;
  readonly error?: unknown;
  /** Of kafka: the offsets that a node said are committed, by key. */
  readonly committed?: unknown;
  /** `open`: the run ended before. */
  readonly type: "ok" | "fail" | "info" | "open";
  readonly start: number;
  /** Absent if it has not ended. */
  readonly end?: number;
  readonly final?: boolean;
}

/** A fault, as a band over the lanes that it hits. */
export interface Fault {
  readonly kind: "partition" | "pause" | "kill" | "other";
  /**
   * As the history has it: `start-partition`, `start-one-way`, or the step of a
   * hand: `cut`.
   */
  readonly f: string;
  /** Whether a script of faults did it, and not the nemesis. */
  readonly byHand?: true;
  /** Why a node ended itself, which nobody killed. */
  readonly why?: string;
  readonly start: number;
  /** The same as the start, if it has no length; absent if it lasted to the end. */
  readonly end?: number;
  /** The nodes that it hits. */
  readonly nodes: readonly string[];
  /** For a partition: whom each node does not hear. */
  readonly unheard?: Readonly<Record<string, readonly string[]>>;
  /** In words: `n1, n2 | n0, n3, n4`. */
  readonly label: string;
}

/** The history and the journal round their times differently, in ms. */
export const ROUNDING = 0.01;

/** What became of a message. */
export const fates = [
  "arrived",
  /** By chance, in the network. */
  "lost",
  /** By a partition. */
  "cut off",
  /** The receiver was down, or there was none any more. */
  "undelivered",
  /** Under way when the run ended, or nothing is known of it. */
  "under way",
  /** By a step of a script of faults. */
  "dropped by hand",
] as const;

export type Fate = typeof fates[number];

/** Their positions, as the column of messages has them. */
export const [
  ARRIVED,
  LOST,
  CUT_OFF,
  UNDELIVERED,
  UNDER_WAY,
  DROPPED_BY_HAND,
] = fates.keys();

/** All messages, as columns of equal length, in the order of sending. */
export interface Messages {
  readonly count: number;
  /** Names of those who send and receive, which the columns refer to. */
  readonly names: readonly string[];
  /** Types of messages, which the columns refer to. */
  readonly types: readonly string[];
  /** The journal's names for them; a report has no use for these. */
  readonly ids?: Uint32Array;
  readonly from: Uint16Array;
  readonly to: Uint16Array;
  readonly type: Uint16Array;
  readonly sent: Float64Array;
  /** When it arrived, or when it was lost; NaN if not known. */
  readonly ended: Float64Array;
  /** Positions in {@linkcode fates}. */
  readonly fate: Uint8Array;
  /** Bodies as JSON. */
  readonly bodies: readonly string[];
  /** Further arrivals of the same message. */
  readonly duplicates: readonly {
    readonly message: number;
    readonly at: number;
  }[];
  /** 1: all are here; n: of those between servers, one in n is. */
  readonly sampling: number;
}
