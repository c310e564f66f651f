/**
 * Collects messages as they happen, in little memory, for a report.
 *
 * @module
 */
import {
  ARRIVED,
  type Fate,
  fates,
  type Messages,
  UNDER_WAY,
} from "./document.ts";

/** Beyond so many messages, only a share of those between servers is kept. */
const MAX_MESSAGES = 300_000;
/** Characters of a text that are kept. */
const MAX_TEXT = 10_000;
/** Of all bodies together; of those that come later, much less is kept. */
const [MAX_BODIES, MAX_LATE_BODY] = [100_000_000, 200];

/** An event of the network. */
export interface NetworkEvent {
  /** ms since the run began. */
  readonly time: number;
  /** `drop`: it will not arrive, or not again. */
  readonly type: "send" | "recv" | "drop";
  /** Of a drop. */
  readonly fate?: Fate;
  readonly id: number;
  readonly src: string;
  readonly dest: string;
  /** The body as JSON. */
  readonly text: string;
}

interface Row {
  readonly from: number;
  readonly to: number;
  readonly type: number;
  readonly sent: number;
  ended: number;
  fate: number;
  readonly body: string;
}

export class Recording {
  readonly #names = new Names();
  readonly #types = new Names();
  #rows = new Map<number, Row>();
  #duplicates: { id: number; at: number }[] = [];
  #sampling = 1;
  #characters = 0;
  #last = 0;

  /** Whether there were no messages. */
  get isEmpty(): boolean {
    return this.#rows.size === 0;
  }

  /** When the last event was, in ms. */
  get end(): number {
    return this.#last;
  }

  add(event: NetworkEvent): void {
    const { time, type, id, src, dest, text } = event;
    this.#last = Math.max(this.#last, time);
    if (type === "send") {
      if (!this.#isKept(id, src, dest)) return;
      const most = this.#characters < MAX_BODIES ? MAX_TEXT : MAX_LATE_BODY;
      const body = shortened(text, most);
      this.#characters += body.length;
      this.#rows.set(id, {
        from: this.#names.index(src),
        to: this.#names.index(dest),
        type: this.#types.index(typeOf(text)),
        sent: time,
        ended: NaN,
        fate: UNDER_WAY,
        body,
      });
      if (this.#rows.size > MAX_MESSAGES) this.#thinOut();
      return;
    }
    const row = this.#rows.get(id);
    if (row === undefined) return;
    if (type === "recv") {
      if (row.fate === ARRIVED) this.#duplicates.push({ id, at: time });
      else [row.ended, row.fate] = [time, ARRIVED];
    } else if (row.fate === UNDER_WAY) {
      row.ended = time;
      row.fate = fates.indexOf(event.fate ?? "lost");
    }
  }

  #isKept(id: number, src: string, dest: string): boolean {
    return this.#sampling === 1 || isClient(src) || isClient(dest) ||
      hash(id) % this.#sampling === 0;
  }

  /** Keeps half of the messages between servers. */
  #thinOut(): void {
    this.#sampling *= 2;
    const names = this.#names.all;
    const before = this.#rows.size;
    for (const [id, { from, to }] of this.#rows) {
      if (!this.#isKept(id, names[from], names[to])) this.#rows.delete(id);
    }
    // Nothing but clients' messages: there is no more to leave out.
    if (this.#rows.size === before) this.#sampling *= 2;
  }

  /** What was collected so far. */
  messages(): Messages {
    const rows = [...this.#rows.values()];
    const positions = new Map([...this.#rows.keys()].map((id, i) => [id, i]));
    return {
      count: rows.length,
      names: this.#names.all,
      types: this.#types.all,
      ids: Uint32Array.from(this.#rows.keys()),
      from: Uint16Array.from(rows, (row) => row.from),
      to: Uint16Array.from(rows, (row) => row.to),
      type: Uint16Array.from(rows, (row) => row.type),
      sent: Float64Array.from(rows, (row) => row.sent),
      ended: Float64Array.from(rows, (row) => row.ended),
      fate: Uint8Array.from(rows, (row) => row.fate),
      bodies: rows.map((row) => row.body),
      duplicates: this.#duplicates.flatMap(({ id, at }) => {
        const message = positions.get(id);
        return message === undefined ? [] : [{ message, at }];
      }),
      sampling: this.#sampling,
    };
  }
}

/** Numbers names in the order in which they come. */
class Names {
  readonly all: string[] = [];
  readonly #indices = new Map<string, number>();

  index(name: string): number {
    return this.#indices.getOrInsertComputed(
      name,
      () => this.all.push(name) - 1,
    );
  }
}

/** Whether somebody is a client, by the name. */
export const isClient = (id: string) => /^c\d+$/.test(id);

/** Spreads consecutive numbers (Knuth's multiplicative hashing). */
const hash = (id: number) => Math.imul(id, 2654435761) >>> 16;

/** A text, or its beginning and how long it is. */
export const shortened = (text: string, most = MAX_TEXT) =>
  text.length <= most
    ? text
    : `${text.slice(0, most)}… (${text.length} characters)`;

/** A body's type, without parsing all of it if that can be helped. */
function typeOf(text: string): string {
  const match = /^\{"type":"([^"\\]*)"/.exec(text);
  if (match) return match[1];
  try {
    const body: unknown = JSON.parse(text);
    return typeof body === "object" && body !== null && "type" in body
      ? String(body.type)
      : "";
  } catch {
    return ""; // a journal may be damaged; the body is shown as it is
  }
}
