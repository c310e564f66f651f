/**
 * What clients saw of kafka's logs: at each offset who sent what stands there,
 * who polled it, who committed it, and what is wrong with it.
 *
 * @module
 */
import { type Evidence } from "../../workbench/checkers/result.ts";
import { type RunDocument } from "../run/document.ts";

/** An offset; long ones are texts. */
export type Offset = number | string;

/** One message at one offset. */
export interface LogRow {
  readonly offset: Offset;
  readonly message: unknown;
  /** Position of the operation that sent it; absent if nobody did. */
  readonly sent?: number;
  /** Positions of the operations that polled it here, in order of time. */
  readonly polls: readonly number[];
  /** Of those that committed up to here: each poll commits its highest. */
  readonly commits: readonly number[];
  /** Of those that were told that it is committed up to here. */
  readonly told: readonly number[];
  /** What is wrong, each in a few words. */
  readonly wrong: readonly string[];
  /** How many offsets between the row before and this one hold nothing. */
  readonly gap: number;
}

/** A key's log, by offset. */
export interface KeyLog {
  readonly key: string;
  readonly rows: readonly LogRow[];
  /** How many rows have something wrong. */
  readonly wrong: number;
}

/** All logs, those with most that is wrong first. */
export function logsOf(run: RunDocument): KeyLog[] {
  const drafts = new Map<string, Draft>();
  const draftOf = (key: string) =>
    drafts.getOrInsertComputed(key, () => new Draft(key));
  run.operations.forEach((operation, at) => {
    const { committed, type } = operation;
    for (const { f, key, pairs } of parts(operation)) {
      const draft = draftOf(key);
      if (f === "send") {
        for (const [offset, message] of pairs) {
          draft.send(at, message, type === "ok" ? offset : undefined);
        }
      } else draft.poll(at, pairs, type === "ok");
    }
    if (type !== "ok" || !isObject(committed)) return;
    for (const [key, offset] of Object.entries(committed)) {
      if (isOffset(offset)) drafts.get(key)?.told.push([offset, at]);
    }
  });
  for (const it of run.evidence) {
    if (it.kind === "operations") drafts.get(`${it.key}`)?.evidence.push(it);
  }
  return [...drafts.values()].map((draft) => draft.finish(run))
    .filter(({ rows }) => rows.length > 0)
    .sort((a, b) => b.wrong - a.wrong || byName(a.key, b.key));
}

const byName = (a: string, b: string) =>
  a.localeCompare(b, "en", { numeric: true });

const isObject = (it: unknown): it is Readonly<Record<string, unknown>> =>
  typeof it === "object" && it !== null && !Array.isArray(it);

const isOffset = (it: unknown): it is Offset =>
  typeof it === "number" || typeof it === "string";

/** What one micro-operation did to a key. */
interface Part {
  readonly f: "send" | "poll";
  readonly key: string;
  /** The offset is undefined if it is not known. */
  readonly pairs: readonly (readonly [Offset | undefined, unknown])[];
}

function parts(
  { f, type, value, result }: RunDocument["operations"][number],
): Part[] {
  if (f !== "send" && f !== "poll" && f !== "txn") return [];
  const shown = result ?? value;
  if (!Array.isArray(shown)) return [];
  return shown.flatMap((micro: unknown): Part[] => {
    if (!Array.isArray(micro)) return [];
    const [name, key, what] = micro;
    if (name === "send") {
      // Unless it is known to have happened, there is a message only.
      const pair = type === "ok" ? pairOf(what) : undefined;
      return [{ f: "send", key: `${key}`, pairs: [pair ?? [, what]] }];
    }
    if (name !== "poll" || !isObject(key)) return [];
    return Object.entries(key).map(([key, pairs]) => ({
      ...{ f: "poll", key },
      pairs: Array.isArray(pairs)
        ? pairs.flatMap((it) => {
          const pair = pairOf(it);
          return pair === undefined ? [] : [pair];
        })
        : [],
    }));
  });
}

const pairOf = (it: unknown): [Offset, unknown] | undefined =>
  Array.isArray(it) && it.length === 2 && isOffset(it[0])
    ? [it[0], it[1]]
    : undefined;

/** What is known of a message, wherever it stands. */
interface Sent {
  readonly message: unknown;
  at?: number;
  isPolled: boolean;
  readonly offsets: Map<string, Offset>;
}

type Marked = Extract<Evidence, { kind: "operations" }>;

/** What is wrong by a checker's word, for the row that it speaks of. */
const words: Readonly<Record<string, string>> = {
  "poll-skip": "a client's polls went past it",
  "int-poll-skip": "a poll left it out",
  "start-skip": "a client's first poll went past it",
  "nonmonotonic-poll": "a client's polls went back here",
  "int-nonmonotonic-poll": "a poll had it out of order, or twice",
  "int-nonmonotonic-send": "sent in another order",
  "precommitted-read": "polled before its transaction had ended",
  "commit-skip": "told as committed, though nobody had committed so much",
  "lost-commit": "a commit was forgotten: told as committed only up to here",
  "nonmonotonic-commit": "told as committed only up to here, after more",
  "unseen-at-node": "a node did not give it in the end",
  "G1c": "part of a circle of sends and polls",
};

class Draft {
  readonly #messages = new Map<string, Sent>();
  /** By offset, then by message. */
  readonly #rows = new Map<string, Map<string, MutableRow>>();
  readonly #sends: { at: number; message: Sent; offset: Offset }[] = [];
  readonly #commits: [Offset, number][] = [];
  readonly told: [Offset, number][] = [];
  readonly evidence: Marked[] = [];

  constructor(readonly key: string) {}

  #message(message: unknown): Sent {
    return this.#messages.getOrInsertComputed(
      JSON.stringify(message) ?? "",
      () => ({ message, isPolled: false, offsets: new Map() }),
    );
  }

  #row(offset: Offset, message: unknown): MutableRow {
    return this.#rows.getOrInsertComputed(`${offset}`, () => new Map())
      .getOrInsertComputed(JSON.stringify(message) ?? "", () => {
        const known = this.#message(message);
        known.offsets.set(`${offset}`, offset);
        return { offset, known, polls: [], wrong: new Set() };
      });
  }

  send(at: number, message: unknown, offset: Offset | undefined): void {
    const known = this.#message(message);
    known.at = at;
    if (offset === undefined) return;
    this.#row(offset, message);
    this.#sends.push({ at, message: known, offset });
  }

  poll(at: number, pairs: Part["pairs"], isOk: boolean): void {
    let highest: Offset | undefined;
    for (const [offset, message] of pairs) {
      if (offset === undefined) continue;
      this.#row(offset, message).polls.push(at);
      if (isOk) this.#message(message).isPolled = true;
      if (highest === undefined || Number(offset) > Number(highest)) {
        highest = offset;
      }
    }
    if (isOk && highest !== undefined) this.#commits.push([highest, at]);
  }

  finish({ operations }: RunDocument): KeyLog {
    const offsets = [...this.#rows.values()].map((row) => [...row.values()])
      .sort(([a], [b]) => Number(a.offset) - Number(b.offset));
    this.#markReordered(operations);
    this.#markOffsets(offsets, operations);
    this.#markEvidence(offsets.flat());
    const at = (all: readonly [Offset, number][], offset: Offset) =>
      all.filter(([it]) => it === offset).map(([, at]) => at);
    let before = -1;
    const rows = offsets.flatMap((drafts) => {
      const [{ offset }] = drafts;
      const gap = Math.max(0, Number(offset) - before - 1);
      before = Number(offset);
      return drafts.map(({ known, polls, wrong }, i): LogRow => ({
        ...{ offset, message: known.message, sent: known.at, polls },
        ...{ commits: at(this.#commits, offset), told: at(this.told, offset) },
        ...{ wrong: [...wrong], gap: i === 0 ? gap : 0 },
      }));
    });
    const wrong = rows.filter(({ wrong }) => wrong.length > 0).length;
    return { key: this.key, rows, wrong };
  }

  /** What one process sent after the other stands in that order. */
  #markReordered(operations: RunDocument["operations"]): void {
    const last = new Map<number, Offset>();
    for (const { at, message: { message }, offset } of this.#sends) {
      const { process } = operations[at];
      const before = last.get(process);
      last.set(process, offset);
      if (before === undefined || Number(offset) >= Number(before)) continue;
      this.#row(offset, message).wrong.add(
        `process ${process} sent it after what stands at ${before}`,
      );
    }
  }

  #markOffsets(
    offsets: readonly (readonly MutableRow[])[],
    operations: RunDocument["operations"],
  ): void {
    let isLaterPolled = false;
    for (const rows of offsets.toReversed()) {
      const others = rows.length - 1;
      for (const { known, polls, wrong, offset } of rows) {
        if (others > 0) {
          wrong.add(
            others === 1
              ? "another message stands here, too"
              : `${others} other messages stand here, too`,
          );
        }
        const elsewhere = [...known.offsets.values()]
          .filter((it) => it !== offset);
        if (elsewhere.length > 0) {
          wrong.add(`stands at ${elsewhere.slice(0, 4).join(", ")}, too`);
        }
        const sent = known.at === undefined ? undefined : operations[known.at];
        if (sent === undefined) wrong.add("nobody sent it");
        else if (sent.type === "fail" && polls.length > 0) {
          wrong.add("its send had failed");
        } else if (sent.type === "ok" && !known.isPolled) {
          wrong.add(
            isLaterPolled
              ? "lost: never polled, though later ones were"
              : "never polled",
          );
        }
      }
      isLaterPolled ||= rows.some(({ known }) => known.isPolled);
    }
  }

  #markEvidence(rows: readonly MutableRow[]): void {
    for (const { anomaly, values = [], offset } of this.evidence) {
      const text = words[anomaly];
      if (text === undefined) continue;
      const marked = new Set(values.map((it) => JSON.stringify(it)));
      for (const row of rows) {
        const isMarked = marked.size > 0
          ? marked.has(JSON.stringify(row.known.message))
          : offset !== undefined && `${row.offset}` === `${offset}`;
        if (isMarked) row.wrong.add(text);
      }
    }
  }
}

interface MutableRow {
  readonly offset: Offset;
  readonly known: Sent;
  readonly polls: number[];
  readonly wrong: Set<string>;
}
