import { type Body } from "../../lib/maelstrom.ts";
import { checkKafka } from "../checkers/kafka.ts";
import { type Op } from "../history.ts";
import {
  type ClientContext,
  type Completion,
  failure,
  type Generator,
  type Invocation,
  type WorkloadClient,
  type WorkloadOptions,
  type WorkloadSpec,
} from "../workload.ts";
import { DEFAULT_KEY_COUNT, KeyPool } from "./txn.ts";

type Offsets = Record<string, number>;
type Messages = Record<string, [number, unknown][]>;

/** Share of operations that assign keys to their client. */
const P_ASSIGN = 1 / 64;
/** Mean time between crashes of clients, in ms. */
const CRASH_INTERVAL = 30_000;
/** How long the final polls may take, in ms. */
const FINAL_TIME = 10_000;

/** `kafka`: append-only logs, with polling clients that commit offsets. */
export function kafka(options: WorkloadOptions): WorkloadSpec {
  const { random } = options;
  const progress = new Progress();
  const pool = new KeyPool(
    random,
    options.keyCount ?? DEFAULT_KEY_COUNT,
    options.maxWritesPerKey,
  );
  let crashAt = random.exponential(CRASH_INTERVAL);

  const assign = (): Invocation => ({
    f: "assign",
    value: [
      ...new Set([`${pool.pick()}`, ...progress.unseen(random.integer(8))]),
    ],
    seek_to_beginning: random.chance(0.25),
  });
  const generator: Generator = {
    next({ time }) {
      if (time >= crashAt) {
        crashAt = time + random.exponential(CRASH_INTERVAL);
        return { f: "crash" };
      }
      if (random.chance(P_ASSIGN)) return assign();
      if (random.chance(0.5)) return { f: "poll", value: [["poll"]] };
      const { key, value } = pool.write();
      return { f: "send", value: [["send", `${key}`, value]] };
    },
    update: (op) => progress.update(op),
  };

  // Each thread reads every log from its beginning to its end.
  const seen = new Map<number, Map<string, number>>();
  const finalGenerator: Generator = {
    next({ thread, time }) {
      const mine = seen.get(thread);
      if (mine === undefined) {
        seen.set(thread, new Map());
        const value = [...progress.sent.keys()];
        return { f: "assign", value, seek_to_beginning: true };
      }
      const behind = [...progress.sent].some(([key, offset]) =>
        (mine.get(key) ?? -1) < offset
      );
      return behind && time < FINAL_TIME
        ? { f: "poll", value: [["poll"]], final: true }
        : undefined;
    },
    update(op, thread) {
      progress.update(op);
      // A new process has nothing assigned: it begins anew.
      if (op.type === "info") seen.delete(thread);
      for (const [key, offset] of polled(op)) raise(seen, thread, key, offset);
    },
  };

  return {
    generator,
    finalGenerator,
    openClient: (context) => new KafkaClient(context),
    reusable: false,
    neverOk: ["crash"],
    check: checkKafka,
  };
}

function raise(
  seen: Map<number, Map<string, number>>,
  thread: number,
  key: string,
  offset: number,
): void {
  const mine = seen.get(thread);
  if (mine && offset > (mine.get(key) ?? -1)) mine.set(key, offset);
}

/** Keys and offsets that an operation polled. */
function* polled(op: Op): Iterable<[key: string, offset: number]> {
  if (op.type !== "ok" || op.f !== "poll") return;
  for (const [, messages] of op.value as ["poll", Messages][]) {
    for (const [key, pairs] of Object.entries(messages)) {
      for (const [offset] of pairs) yield [key, offset];
    }
  }
}

/** How far the logs are known to reach, and how far they were read. */
class Progress {
  readonly sent = new Map<string, number>();
  readonly #polled = new Map<string, number>();
  readonly #unseen = new Set<string>();

  update(op: Op): void {
    for (const [key, offset] of polled(op)) {
      if (offset > (this.#polled.get(key) ?? -1)) this.#polled.set(key, offset);
      this.#note(key, offset);
    }
    if (op.type !== "ok" || op.f !== "send") return;
    for (const [, key, [offset]] of op.value as ["send", string, [number]][]) {
      this.#note(key, offset);
    }
  }

  #note(key: string, offset: number): void {
    if (offset > (this.sent.get(key) ?? -1)) this.sent.set(key, offset);
    const behind = (this.#polled.get(key) ?? -1) < (this.sent.get(key) ?? -1);
    if (behind) this.#unseen.add(key);
    else this.#unseen.delete(key);
  }

  /** Some keys with messages that nobody polled yet, oldest first. */
  unseen(count: number): string[] {
    return [...this.#unseen.values().take(count)];
  }
}

/**
 * Unlike Maelstrom's, this client really starts at the committed offsets that
 * it fetches.
 */
class KafkaClient implements WorkloadClient {
  /** Assigned keys, and where the next poll of each begins. */
  #positions = new Map<string, number>();

  constructor(private readonly context: ClientContext) {}

  invoke(
    invocation: Invocation,
    done: (completion: Completion) => void,
  ): void {
    const { f, value } = invocation;
    switch (f) {
      case "crash":
        return done({ type: "info" });
      case "assign":
        return this.#assign(
          value as string[],
          invocation.seek_to_beginning === true,
          done,
        );
      case "send": {
        const [[, key, msg]] = value as [["send", string, unknown]];
        return this.#call({ type: "send", key, msg }, done, ({ offset }) => {
          done({ type: "ok", value: [["send", key, [offset, msg]]] });
        });
      }
      case "poll":
        return this.#poll(done);
      default:
        throw new TypeError(`kafka clients can't ${f}`);
    }
  }

  #call(
    body: Body,
    done: (completion: Completion) => void,
    next: (reply: Body) => void,
    idempotent = false,
  ): void {
    const { rpc, node } = this.context;
    rpc.call("kafka", node, body, (result) => {
      if (result.error) done(failure(result, idempotent));
      else next(result.body);
    });
  }

  #assign(
    keys: string[],
    seekToBeginning: boolean,
    done: (completion: Completion) => void,
  ): void {
    if (seekToBeginning) {
      this.#positions = new Map(keys.map((key) => [key, 0]));
      return done({ type: "ok" });
    }
    this.#call(
      { type: "list_committed_offsets", keys },
      done,
      ({ offsets }) => {
        const committed = offsets as Offsets;
        this.#positions = new Map(keys.map((key) => [
          key,
          this.#positions.get(key) ?? (committed[key] ?? -1) + 1,
        ]));
        done({ type: "ok" });
      },
      true,
    );
  }

  #poll(done: (completion: Completion) => void): void {
    const offsets = Object.fromEntries(this.#positions);
    this.#call({ type: "poll", offsets }, done, ({ msgs }) => {
      const messages = msgs as Messages;
      const read: Offsets = {};
      for (const [key, pairs] of Object.entries(messages)) {
        for (const [offset] of pairs) {
          read[key] = Math.max(read[key] ?? 0, offset);
          const position = this.#positions.get(key) ?? 0;
          this.#positions.set(key, Math.max(position, offset + 1));
        }
      }
      const completion: Completion = {
        type: "ok",
        value: [["poll", messages]],
      };
      if (Object.keys(read).length === 0) return done(completion);
      this.#call(
        { type: "commit_offsets", offsets: read },
        done,
        () => done(completion),
      );
    });
  }
}
