import { workloads } from "../../lib/maelstrom.ts";
import { checkKafka } from "../checkers/kafka.ts";
import { toggle, type Values } from "../cli/flags.ts";
import { type Op } from "../load/history.ts";
import { type Integer, max, successor } from "../integers.ts";
import {
  type ClientContext,
  type Completion,
  failure,
  type Generator,
  type Invocation,
  type RequestShape,
  workload,
  type WorkloadClient,
  type WorkloadOptions,
  type WorkloadSpec,
} from "./workload.ts";
import { keyFlags, keyPool } from "./parts/key_pool.ts";

type Offsets = Record<string, Integer>;
/** No messages may also be `null`. */
type Messages = Record<string, [Integer, unknown][] | null>;

/** Share of operations that assign keys to their client. */
const P_ASSIGN = 1 / 64;
/** Share of them that also assign all keys with messages nobody polled yet. */
const P_ASSIGN_UNSEEN = 1 / 3;
/** Mean time between two crashes of one client, in ms. */
const CRASH_INTERVAL = 30_000;
/** Mean time between two final polls of one client, in ms, */
const FINAL_POLL_INTERVAL = 200;
/** and while polls bring messages: pages may be small, and logs long. */
const NEXT_PAGE_INTERVAL = 5;
/** A client gives up after so long, in ms, if its last poll brought nothing, */
const FINAL_PATIENCE = 10_000;
/** and after so long in any case. */
const FINAL_TIME_LIMIT = 60_000;

const { send, poll, commit_offsets, list_committed_offsets } = workloads.kafka;

const flags = {
  ...keyFlags,
  "check-convergence": toggle(
    "in the end all nodes must know the acknowledged commits",
  ),
};

/** `kafka`: append-only logs, with polling clients that commit offsets. */
export const kafka = workload({
  name: "kafka",
  clients: "send, poll, and commit what they polled; now and then they are " +
    "assigned other keys, or crash. In the end each new client polls all " +
    "keys from the beginning",
  checked: "[logs](workbench.md#kafka)",
  rpcs: [
    { message: send, about: "Appends a message to the log of a key." },
    {
      message: poll,
      about: "Asks for messages, with their offsets, from the given offsets " +
        "on. What has none may be left out of the reply.",
    },
    {
      message: commit_offsets,
      about: "Says up to where messages were processed.",
    },
    {
      message: list_committed_offsets,
      about: "Asks up to where keys were committed. Keys without a commit " +
        "may be left out of the reply.",
    },
  ],
  flags,
  create,
});

function create(
  options: WorkloadOptions<Values<typeof flags>>,
): WorkloadSpec {
  const { random, concurrency, own } = options;
  const progress = new Progress();
  const pool = keyPool(options);
  let crashAt = 0;

  const assign = (): Invocation => {
    const unseen = random.chance(P_ASSIGN_UNSEEN) ? progress.unseen : [];
    return { f: "assign", value: [...new Set([...unseen, `${pool.pick()}`])] };
  };
  const generator: Generator = {
    next({ time }) {
      if (time >= crashAt) {
        crashAt = time + 2 * CRASH_INTERVAL / concurrency * random.float();
        return { f: "crash" };
      }
      if (random.chance(P_ASSIGN)) return assign();
      if (random.chance(0.5)) return { f: "poll", value: [["poll"]] };
      const { key, value } = pool.write();
      return { f: "send", value: [["send", `${key}`, value]] };
    },
    update: (op) => progress.update(op),
  };

  // Each thread begins anew and polls every log until it is at the end that
  // was known when the final phase began, or gets no further, and then asks for
  // the committed offsets.
  // If convergence is to be checked, it also asks before, since its polls
  // commit the ends.
  let ends: ReadonlyMap<string, Integer> | undefined;
  const threads = new Map<
    number,
    { opening: Invocation[]; behind: Map<string, Integer>; isAtEnd: boolean }
  >();
  /** Those whose last poll brought messages, and who want more. */
  const moving = new Set<number>();
  const ask = (value: string[]) => ({ f: "assign", value, final: true });
  const assigns = (value: string[]): Invocation[] => [
    ...(own.checkConvergence ? [ask(value)] : []),
    { f: "assign", value, seek_to_beginning: true },
  ];
  const finalGenerator: Generator = {
    next({ thread, time }) {
      const keys = ends ??= new Map(progress.ends);
      const state = threads.getOrInsertComputed(thread, () => ({
        opening: [{ f: "crash" }, ...assigns([...keys.keys()])],
        behind: new Map(keys),
        isAtEnd: keys.size === 0,
      }));
      if (state.isAtEnd) return undefined;
      const isStuck = time > FINAL_PATIENCE && !moving.has(thread);
      if (state.behind.size === 0 || isStuck) {
        state.isAtEnd = true;
        return ask([...keys.keys()]);
      }
      return state.opening.shift() ??
        { f: "poll", value: [["poll"]], final: true };
    },
    update(op, thread) {
      const state = threads.get(thread);
      if (!state || !ends) return;
      // The client of an operation that may have happened is gone, and its
      // successor has no keys.
      if (op.type === "info") state.opening = assigns([...ends.keys()]);
      moving.delete(thread);
      for (const [key, offset] of polled(op)) {
        if (offset >= (state.behind.get(key) ?? Infinity)) {
          state.behind.delete(key);
        }
        if (state.behind.size > 0) moving.add(thread);
        else moving.delete(thread);
      }
    },
  };

  return {
    generator,
    finalGenerator,
    finalGap: () =>
      (moving.size > 0 ? NEXT_PAGE_INTERVAL : FINAL_POLL_INTERVAL) /
      concurrency,
    finalTimeLimit: FINAL_TIME_LIMIT,
    openClient: (context) => new KafkaClient(context),
    reusable: false,
    neverOk: ["crash"],
    check: (history) => checkKafka(history, own),
  };
}

/** The offsets that an operation polled. */
function* polled(op: Op): Iterable<[key: string, offset: Integer]> {
  if (op.type !== "ok" || op.f !== "poll") return;
  for (const [, messages] of op.value as ["poll", Messages][]) {
    for (const [key, pairs] of Object.entries(messages)) {
      for (const [offset] of pairs ?? []) yield [key, offset];
    }
  }
}

/** How far the logs are known to reach, and which were not read that far. */
class Progress {
  /** The highest offset of each key that was sent or polled. */
  readonly ends = new Map<string, Integer>();
  readonly #polled = new Map<string, Integer>();
  readonly #unseen = new Set<string>();

  update(op: Op): void {
    for (const [key, offset] of polled(op)) {
      if (offset > (this.#polled.get(key) ?? -1)) this.#polled.set(key, offset);
      this.#note(key, offset);
    }
    if (op.type !== "ok" || op.f !== "send") return;
    for (const [, key, [offset]] of op.value as ["send", string, [Integer]][]) {
      this.#note(key, offset);
    }
  }

  #note(key: string, offset: Integer): void {
    const end = max(offset, this.ends.get(key) ?? -1);
    this.ends.set(key, end);
    if ((this.#polled.get(key) ?? -1) < end) this.#unseen.add(key);
    else this.#unseen.delete(key);
  }

  /** Keys with messages that nobody polled yet, oldest first. */
  get unseen(): Iterable<string> {
    return this.#unseen;
  }
}

/** One request after the other, as the operation needs them. */
class KafkaClient implements WorkloadClient {
  /** Assigned keys, and where the next poll of each begins. */
  #positions = new Map<string, Integer>();

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
        return this.#call(send, { key, msg }, done, ({ offset }) => {
          done({ type: "ok", value: [["send", key, [offset, msg]]] });
        });
      }
      case "poll":
        return this.#poll(done);
      default:
        throw new TypeError(`kafka clients can't ${f}`);
    }
  }

  #call<R>(
    message: RequestShape<R>,
    fields: Readonly<Record<string, unknown>>,
    failed: (completion: Completion) => void,
    next: (reply: R) => void,
    idempotent = false,
  ): void {
    this.context.call(message, fields, (result) => {
      if (result.error) failed(failure(result, idempotent));
      else next(result.body);
    });
  }

  /**
   * Keys that stay assigned keep their position; others begin where the node
   * says, or where the log does. Unlike Maelstrom's, which has this in mind but
   * looks for the offset in the wrong place and always begins at 0.
   */
  #assign(
    keys: string[],
    seekToBeginning: boolean,
    done: (completion: Completion) => void,
  ): void {
    if (seekToBeginning) {
      this.#positions = new Map(keys.map((key) => [key, 0]));
      return done({ type: "ok" });
    }
    this.#call(list_committed_offsets, { keys }, done, (reply) => {
      const committed = reply.offsets;
      this.#positions = new Map(keys.map((key) => [
        key,
        this.#positions.get(key) ?? max(0, committed[key] ?? 0),
      ]));
      done({ type: "ok", committed });
    }, true);
  }

  /**
   * Commits what it polled. If the commit fails, then so does the poll, and the
   * next one starts where it did. (Maelstrom's client goes on behind messages
   * that are not in the history, which looks as if the node had skipped them.)
   */
  #poll(done: (completion: Completion) => void): void {
    const offsets = Object.fromEntries(this.#positions);
    this.#call(poll, { offsets }, done, ({ msgs: messages }) => {
      const positions = new Map(this.#positions);
      const commit: Offsets = {};
      for (const [key, pairs] of Object.entries(messages)) {
        let next = positions.get(key) ?? 0;
        for (const [offset] of pairs ?? []) {
          commit[key] = max(commit[key] ?? 0, offset);
          next = max(next, successor(offset));
        }
        positions.set(key, next);
      }
      const succeed = () => {
        this.#positions = positions;
        done({ type: "ok", value: [["poll", messages]] });
      };
      if (Object.keys(commit).length === 0) return succeed();
      this.#call(
        commit_offsets,
        { offsets: commit },
        (failed) => done({ ...failed, commit }),
        succeed,
      );
    });
  }
}
