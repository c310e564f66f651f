/**
 * Who knew which element when: followed through messages and kills, for a
 * checker that forgives the loss of what only victims of kills knew.
 *
 * @module
 */
import { type Packet } from "./journal.ts";
import { type NodeHost } from "./node_host.ts";
import { type Random } from "../clock/random.ts";

/**
 * Elements that can be told from whatever else is in a message: whole numbers
 * of 15 digits, of which the first six count and the others are random. Counters
 * have fewer digits, times in microseconds have more.
 */
export function recognisableElements(random: Random): () => number {
  let next = 0;
  return () => (FIRST + next++ % COUNT) * 1e9 + random.integer(1e9);
}

const FIRST = 100_000;
const COUNT = 900_000;

const isElement = (n: number) =>
  Number.isInteger(n) && n >= FIRST * 1e9 && n < (FIRST + COUNT) * 1e9;

/** The elements in a JSON value, also those in keys and texts. */
function* elementsIn(value: unknown): Generator<number> {
  if (typeof value === "number") {
    if (isElement(value)) yield value;
  } else if (typeof value === "string") {
    if (value.length < 15) return;
    for (const [digits] of value.matchAll(/\d+/g)) {
      if (digits.length === 15) yield* elementsIn(Number(digits));
    }
  } else if (Array.isArray(value)) {
    for (const item of value) yield* elementsIn(item);
  } else if (typeof value === "object" && value !== null) {
    for (const [key, item] of Object.entries(value)) {
      yield* elementsIn(key);
      yield* elementsIn(item);
    }
  }
}

/** That someone has an element, from one time to another, in ms. */
interface Holding {
  readonly who: string;
  readonly from: string;
  readonly since: number;
  /** When it was killed. */
  until?: number;
}

/** Services that keep what they have said that they wrote. */
const KEEPERS = ["lin-kv", "seq-kv"];
const changes: ReadonlySet<string> = new Set(["write", "cas"]);

/**
 * A node knows an element once a message with it is delivered to it between its
 * `init` and a kill, which makes it forget all. `lin-kv` and `seq-kv` know what
 * they were given by a write or cas that they did not refuse.
 *
 * That holds for nodes which pass elements on as JSON numbers or as decimal
 * digits in a text, and have nothing else than messages to remember them by. A
 * node that sends what no message has brought it since its start does otherwise
 * (it has a disk, or packs elements up): then nobody's knowledge is certain, and
 * nothing is forgiven.
 */
export class Knowledge {
  readonly #holdings = new Map<number, Holding[]>();
  /** What each of those that live now has. */
  readonly #alive = new Map<string, Map<number, Holding>>(
    KEEPERS.map((name) => [name, new Map()]),
  );
  /** Elements in changes that a service has not answered, by sender and id. */
  readonly #changes = new Map<string, readonly number[]>();
  readonly #elements = new WeakMap<Packet, readonly number[]>();
  readonly #nodeIds: ReadonlySet<string>;
  #doubt: string | undefined;

  /** @param now the time in ms */
  constructor(
    nodeIds: readonly string[],
    private readonly now: () => number,
  ) {
    this.#nodeIds = new Set(nodeIds);
  }

  /** A host that tells what happens to its node. */
  watch(id: string, host: NodeHost): NodeHost {
    return {
      start: () => host.start(),
      deliver: (packet) => {
        this.delivered(id, packet);
        host.deliver(packet);
      },
      kill: () => {
        this.killed(id);
        host.kill();
      },
      pause: () => host.pause(),
      resume: () => host.resume(),
      stop: () => host.stop(),
      get evidence() {
        return host.evidence;
      },
      get unheard() {
        return host.unheard;
      },
    };
  }

  delivered(id: string, packet: Packet): void {
    if (packet.body.type === "init") this.#alive.set(id, new Map());
    for (const element of this.#elementsOf(packet)) {
      this.#learn(id, element, packet.src);
    }
  }

  killed(id: string): void {
    for (const holding of this.#alive.get(id)?.values() ?? []) {
      holding.until = this.now();
    }
    this.#alive.delete(id);
  }

  /** A node or a service has sent a message. */
  sent(packet: Packet): void {
    const { src, dest, body } = packet;
    if (KEEPERS.includes(dest) && changes.has(body.type)) {
      const elements = this.#elementsOf(packet);
      if (elements.length > 0) {
        this.#changes.set(`${dest} ${src} ${body.msg_id}`, elements);
      }
    }
    if (KEEPERS.includes(src) && body.type !== "error") {
      const elements = this.#changes.get(`${src} ${dest} ${body.in_reply_to}`);
      for (const element of elements ?? []) this.#learn(src, element, dest);
    }
    const has = this.#nodeIds.has(src) && this.#alive.get(src);
    if (!has) return;
    for (const element of this.#elementsOf(packet)) {
      if (has.has(element)) continue;
      this.#doubt ??= `${src} sent ${element} at ${seconds(this.now())}, ` +
        "which no message had brought it since its start, so who knows what " +
        "can't be followed: elements must travel as JSON numbers or as digits, " +
        "and die with their node. Nothing is forgiven";
      this.#learn(src, element, "somewhere else");
    }
  }

  #elementsOf(packet: Packet): readonly number[] {
    let elements = this.#elements.get(packet);
    if (elements === undefined) {
      elements = [...elementsIn(packet.body)];
      this.#elements.set(packet, elements);
    }
    return elements;
  }

  #learn(who: string, element: number, from: string): void {
    const known = this.#alive.get(who);
    if (known === undefined || known.has(element)) return;
    const holding: Holding = { who, from, since: this.now() };
    known.set(element, holding);
    this.#holdings.getOrInsert(element, []).push(holding);
  }

  /** Why nothing can be forgiven, if that is so. */
  get doubt(): string | undefined {
    return this.#doubt;
  }

  /** Whether all who ever knew an element were killed. */
  diedWithVictims(element: unknown): boolean {
    if (this.#doubt !== undefined || typeof element !== "number") return false;
    const holdings = this.#holdings.get(element) ?? [];
    return holdings.length > 0 &&
      holdings.every(({ until }) => until !== undefined);
  }

  /** Who knew an element when, in words: first the first, then who lives on. */
  story(element: unknown): string {
    const [first, ...others] = typeof element === "number"
      ? this.#holdings.get(element) ?? []
      : [];
    if (first === undefined) return "no node was ever told of it";
    const holdings = [
      first,
      ...others.filter(({ until }) => until === undefined),
      ...others.filter(({ until }) => until !== undefined),
    ];
    const told = holdings.slice(0, TOLD).map(({ who, from, since, until }) =>
      `${who} had it from ${from} at ${seconds(since)} and ` +
      (until === undefined ? "lives on" : `was killed at ${seconds(until)}`)
    );
    const more = holdings.length - told.length;
    if (more > 0) told.push(`${more} more knew it`);
    return told.join("; ");
  }
}

/** How many of those who knew an element are named. */
const TOLD = 4;

const seconds = (ms: number) => `${(ms / 1000).toFixed(3)} s`;
