/**
 * Maelstrom's services: three key-value stores of different consistency, and a
 * timestamp oracle. Each is a state machine: a request in, a reply out.
 *
 * https://github.com/jepsen-io/maelstrom/blob/main/doc/services.md
 *
 * @module
 */
import { type Body, ErrorCode } from "../../lib/maelstrom.ts";
import { sameJson, stringifyJson } from "../json.ts";
import { type Random } from "../clock/random.ts";

/** Answers a request from `client`. */
export interface Service {
  handle(request: Body, client: string): Body;
}

/** All services by their names in the network. */
export function createServices(random: Random): Map<string, Service> {
  return new Map<string, Service>([
    ["lin-kv", new LinearizableKV()],
    ["seq-kv", new SequentialKV(random.fork("seq-kv"))],
    ["lww-kv", new LastWriterWinsKV(random.fork("lww-kv"))],
    ["lin-tso", new TimestampOracle()],
  ]);
}

const error = (code: number, text: string): Body => ({
  type: "error",
  code,
  text,
});

const noSuchKey = (): Body =>
  error(ErrorCode.keyDoesNotExist, "key does not exist");

const unsupported = (type: string): Body =>
  error(ErrorCode.notSupported, `this service does not know ${type}`);

/** What a request does to the value of its key. */
interface Outcome {
  readonly reply: Body;
  /** Present if there is something to write. */
  readonly write?: { readonly value: unknown };
}

/** The key-value protocol on one key, whose value is undefined if absent. */
function apply(request: Body, current: unknown, canCreate: boolean): Outcome {
  switch (request.type) {
    case "read":
      return current === undefined
        ? { reply: noSuchKey() }
        : { reply: { type: "read_ok", value: current } };
    case "write":
      return { reply: { type: "write_ok" }, write: { value: request.value } };
    case "cas": {
      const written = {
        reply: { type: "cas_ok" },
        write: { value: request.to },
      };
      if (current === undefined) {
        const create = canCreate && request.create_if_not_exists === true;
        return create ? written : { reply: noSuchKey() };
      }
      if (sameJson(current, request.from)) return written;
      return {
        reply: error(
          ErrorCode.preconditionFailed,
          `current value ${stringifyJson(current)} is not ${
            stringifyJson(request.from)
          }`,
        ),
      };
    }
    default:
      return { reply: unsupported(request.type) };
  }
}

const keyOf = (request: Body): string => stringifyJson(request.key ?? null);

/** `lin-kv`: every request takes effect at once, on the newest state. */
class LinearizableKV implements Service {
  readonly #values = new Map<string, unknown>();

  handle(request: Body): Body {
    const key = keyOf(request);
    const { reply, write } = apply(request, this.#values.get(key), true);
    if (write) this.#values.set(key, write.value ?? null);
    return reply;
  }
}

/**
 * `seq-kv`: a request that changes nothing may be answered from any of the last
 * 32 states that is not older than what the client has already seen.
 */
class SequentialKV implements Service {
  /** A key's values, oldest first, each with the first state that has it. */
  readonly #versions = new Map<string, { since: number; value: unknown }[]>();
  readonly #seen = new Map<string, number>();
  #newest = 0;

  constructor(private readonly random: Random) {}

  handle(request: Body, client: string): Body {
    const key = keyOf(request);
    const oldest = Math.max(this.#seen.get(client) ?? 0, this.#newest - 31);
    const state = oldest + this.random.integer(this.#newest - oldest + 1);
    const stale = this.#valueAt(key, state);
    const attempt = apply(request, stale, true);
    if (!attempt.write || sameJson(attempt.write.value, stale)) {
      this.#seen.set(client, state);
      return attempt.reply;
    }
    // A change of state: it has to be made to the newest one.
    const current = this.#valueAt(key, this.#newest);
    const { reply, write } = apply(request, current, true);
    this.#newest++;
    this.#seen.set(client, this.#newest);
    if (write) this.#set(key, write.value ?? null);
    return reply;
  }

  #valueAt(key: string, state: number): unknown {
    return this.#versions.get(key)?.findLast((v) => v.since <= state)?.value;
  }

  #set(key: string, value: unknown): void {
    const versions = this.#versions.get(key) ?? [];
    versions.push({ since: this.#newest, value });
    // Forget values that no remaining state has.
    while (versions.length > 1 && versions[1].since <= this.#newest - 31) {
      versions.shift();
    }
    this.#versions.set(key, versions);
  }
}

/**
 * `lww-kv`: two replicas, of which each request sees a random one. They merge
 * at random; of two values the one with the later Lamport timestamp stays.
 */
class LastWriterWinsKV implements Service {
  readonly #replicas = [new Replica(), new Replica()];

  constructor(private readonly random: Random) {}

  handle(request: Body): Body {
    const source = this.random.pick(this.#replicas);
    this.random.pick(this.#replicas).mergeFrom(source);
    return this.random.pick(this.#replicas).handle(request);
  }
}

class Replica {
  clock = 0;
  readonly values = new Map<string, { time: number; value: unknown }>();

  handle(request: Body): Body {
    const key = keyOf(request);
    const current = this.values.get(key)?.value;
    const { reply, write } = apply(request, current, false);
    if (write) {
      this.values.set(key, { time: this.clock++, value: write.value ?? null });
    }
    return reply;
  }

  /** Takes over whatever the other replica has of later date. */
  mergeFrom(other: Replica): void {
    if (other === this) return;
    this.clock = Math.max(this.clock, other.clock);
    for (const [key, theirs] of other.values) {
      const ours = this.values.get(key);
      if (ours === undefined || theirs.time >= ours.time) {
        this.values.set(key, theirs);
      }
    }
  }
}

/** `lin-tso`: each request gets the next integer. */
class TimestampOracle implements Service {
  #next = 0;

  handle(request: Body): Body {
    return request.type === "ts"
      ? { type: "ts_ok", ts: this.#next++ }
      : unsupported(request.type);
  }
}
