/**
 * Queues whose order does not matter: histories of `enqueue`, `dequeue`, and
 * `drain`, which takes all that is left and shows it as a list. A dequeue that
 * failed, or that was answered with null, took nothing and says nothing.
 *
 * https://github.com/jepsen-io/jepsen/blob/main/jepsen/src/jepsen/checker.clj
 *
 * @module
 */
import { Anomalies, nothingRead, verdictOf } from "./anomalies.ts";
import { type CheckResult } from "./result.ts";
import { tell } from "./words.ts";
import { canonicalJson, stringifyJson } from "../json.ts";
import { type History, type Op, type Pair, pairs } from "../load/history.ts";

/** All that happened to messages with one value. */
interface Message {
  readonly value: unknown;
  /** Invocations of what may have enqueued it, and of what failed. */
  readonly begun: Op[];
  readonly failed: Op[];
  /** What acknowledged it. */
  readonly acknowledged: Op[];
  /** What took it, in order of time. */
  readonly taken: Op[];
}

interface Queue {
  readonly messages: readonly Message[];
  /** The last attempt to take something. */
  readonly lastTry: Op | undefined;
  /** How many messages attempts of unknown fate may have taken. */
  readonly mayBeTaken: number;
}

function queueOf(history: History): Queue {
  const messages = new Map<string, Message>();
  const messageOf = (value: unknown) =>
    messages.getOrInsertComputed(
      canonicalJson(value),
      (): Message => ({
        value,
        begun: [],
        failed: [],
        acknowledged: [],
        taken: [],
      }),
    );
  let lastTry: Op | undefined;
  let mayBeTaken = 0;
  const taken: { readonly value: unknown; readonly op: Op }[] = [];
  for (const { invoke, complete } of pairs(history)) {
    if (invoke.f === "enqueue") {
      const message = messageOf(invoke.value);
      const isFailed = complete?.type === "fail";
      (isFailed ? message.failed : message.begun).push(invoke);
      if (complete?.type === "ok") message.acknowledged.push(complete);
    } else if (invoke.f === "dequeue" || invoke.f === "drain") {
      lastTry = invoke;
      const some = takenBy({ invoke, complete });
      if (typeof some === "number") mayBeTaken += some;
      else if (complete) {
        taken.push(...some.map((value) => ({ value, op: complete })));
      }
    }
  }
  taken.sort((a, b) => a.op.index - b.op.index);
  for (const { value, op } of taken) messageOf(value).taken.push(op);
  return { messages: [...messages.values()], lastTry, mayBeTaken };
}

/** The messages, or how many there may be if that is not known. */
function takenBy({ invoke, complete }: Pair): readonly unknown[] | number {
  if (complete?.type === "fail") return [];
  const isDrain = invoke.f === "drain";
  if (complete?.type !== "ok") return isDrain ? Infinity : 1;
  const { value } = complete;
  if (value === null || value === undefined) return [];
  return isDrain && Array.isArray(value) ? value : [value];
}

/**
 * Every message that was dequeued had been enqueued, and as often, as Jepsen's
 * `queue` says of an unordered queue: `unexpected` had not been enqueued by
 * then, of `aborted` all that tried to enqueue it failed, `duplicated` is
 * dequeued more often than it may have been enqueued. What is still in the
 * queue may be. Jepsen's takes failed enqueues for ones that worked, and knows
 * no `drain`.
 *
 * Time: n log n for n messages.
 */
export function checkQueue(history: History): CheckResult {
  const { messages } = queueOf(history);
  const anomalies = new Anomalies();
  let takenCount = 0;
  let duplicatedCount = 0;
  for (const message of messages) {
    takenCount += message.taken.length;
    const origin = originOf(message, anomalies);
    if (origin !== undefined) continue;
    duplicatedCount += addDuplicates(message, anomalies);
  }
  if (takenCount === 0) return nothingRead("queue: nothing was dequeued");
  return {
    ...verdictOf(anomalies, { aborted: IGNORES_FAILURES }),
    details: { attemptCount: attempts(messages), takenCount, duplicatedCount },
  };
}

const IGNORES_FAILURES = "messages whose enqueue had failed";

/**
 * What goes in comes out, as Jepsen's `total-queue`: of each message as many
 * are dequeued as were acknowledged (else some are `lost`), and none that
 * nobody enqueued (`unexpected`). Messages that are dequeued again are allowed,
 * and a note. It takes for granted that in the end the queue was emptied.
 *
 * Messages that were acknowledged after the last attempt to dequeue need not be
 * lost, and a dequeue of unknown fate may have taken one: if that explains all
 * that is missing, the result is unknown. Jepsen's calls these lost. It does
 * not mind messages whose enqueue had failed.
 *
 * Time: n log n for n messages.
 *
 * @example
 *
 * ```ts
 * import { checkTotalQueue } from "./queue.ts";
 *
 * const op = (index: number, type: "invoke" | "ok", f: string, value?: unknown) =>
 *   ({ index, time: index, process: 0, type, f, value });
 * const { valid } = checkTotalQueue([
 *   op(0, "invoke", "enqueue", "a"),
 *   op(1, "ok", "enqueue", "a"),
 *   op(2, "invoke", "drain"),
 *   op(3, "ok", "drain", []),
 * ]);
 * console.assert(valid === false); // a is lost
 * ```
 */
export function checkTotalQueue(history: History): CheckResult {
  const { messages, lastTry, mayBeTaken } = queueOf(history);
  if (lastTry === undefined) {
    const isLost = messages.some((it) => it.acknowledged.length > 0);
    return {
      ...nothingRead("queue: nobody tried to dequeue anything"),
      ...(isLost && { asMaelstrom: { valid: false, ignores: [] } }),
    };
  }
  const anomalies = new Anomalies();
  const counts = { lost: 0, late: 0, recovered: 0, ok: 0, acknowledged: 0 };
  const found = {
    lost: [] as unknown[],
    unexpected: [] as unknown[],
    aborted: [] as unknown[],
    duplicated: [] as unknown[],
    recovered: [] as unknown[],
  };
  const missing: { readonly message: Message; readonly end: Op }[] = [];
  const duplicates = new Anomalies();
  for (const message of messages) {
    const { value, acknowledged, taken, begun } = message;
    counts.acknowledged += acknowledged.length;
    const origin = originOf(message, anomalies);
    if (origin !== undefined) found[origin].push(value);
    else {
      const ok = Math.min(taken.length, begun.length);
      counts.ok += ok;
      const recovered = Math.max(0, ok - acknowledged.length);
      counts.recovered += recovered;
      if (recovered > 0) found.recovered.push(value);
      if (addDuplicates(message, duplicates) > 0) found.duplicated.push(value);
    }
    // As they were acknowledged: the last ones may still be in the queue.
    const gone = acknowledged.toSorted((a, b) => a.index - b.index)
      .slice(0, Math.max(0, acknowledged.length - taken.length));
    for (const end of gone) {
      if (end.index > lastTry.index) counts.late++;
      else missing.push({ message, end });
    }
    if (gone.length > 0) found.lost.push(value);
  }
  counts.lost = missing.length;
  const isLost = missing.length > mayBeTaken;
  if (isLost) {
    for (const { message: { value }, end } of missing) {
      anomalies.add("lost", () => ({
        key: "queue",
        element: value,
        op: end.index,
        explanation: `queue: ${stringifyJson(value)} is lost. It was ` +
          `acknowledged at ${tell(end)}, and no dequeue shows it.`,
      }));
    }
  }
  const isOpen = missing.length > 0 && !isLost;
  const verdict = verdictOf(anomalies, { aborted: IGNORES_FAILURES });
  const jepsens = missing.length + counts.late + found.unexpected.length === 0;
  const differs = isOpen || verdict.valid !== jepsens;
  const many = (count: number, noun: string) =>
    `${count} ${noun}${count === 1 ? "" : "s"}`;
  return {
    ...verdict,
    valid: verdict.valid === false ? false : isOpen ? "unknown" : true,
    ...(differs && {
      asMaelstrom: {
        valid: mayBeTaken === Infinity ? "unknown" : jepsens,
        ignores: jepsens ? [IGNORES_FAILURES] : [],
      },
    }),
    details: {
      attemptCount: attempts(messages),
      acknowledgedCount: counts.acknowledged,
      okCount: counts.ok,
      lostCount: counts.lost,
      recoveredCount: counts.recovered,
      duplicatedCount: duplicates.counts.get("duplicated") ?? 0,
      ...found,
    },
    forms: {
      lost: "values",
      unexpected: "values",
      aborted: "values",
      duplicated: "values",
      recovered: "values",
    },
    explanation: [
      ...verdict.explanation ?? [],
      ...isOpen
        ? [
          `queue: ${many(missing.length, "message")} did not come out, such ` +
          `as ${stringifyJson(missing[0].message.value)}, acknowledged at ` +
          `${tell(missing[0].end)}; but dequeues of unknown fate may have ` +
          `taken ${mayBeTaken === Infinity ? "any number" : mayBeTaken}`,
        ]
        : [],
    ],
    notes: [
      ...isLost
        ? ["queue: it is taken for granted that the queue was emptied."]
        : [],
      ...isLost && mayBeTaken > 0
        ? [
          `queue: of ${many(missing.length, "lost message")}, dequeues of ` +
          `unknown fate may have taken ${mayBeTaken}.`,
        ]
        : [],
      ...counts.late > 0
        ? [
          `queue: ${many(counts.late, "message")} that did not come out had ` +
          "not been acknowledged when the last dequeue began, so they need " +
          "not be lost; Jepsen's checker calls them lost.",
        ]
        : [],
      ...duplicates.of("duplicated").slice(0, 3)
        .map(({ explanation }) => explanation),
    ],
  };
}

const attempts = (messages: readonly Message[]) =>
  messages.reduce(
    (sum, { begun, failed }) => sum + begun.length + failed.length,
    0,
  );

/** Adds a message that came from nowhere, and says so. */
function originOf(
  { value, begun, failed, taken }: Message,
  anomalies: Anomalies,
): "unexpected" | "aborted" | undefined {
  const first = taken.at(0);
  if (first === undefined) return undefined;
  if (begun.some(({ index }) => index < first.index)) return undefined;
  const attempt = failed.find(({ index }) => index < first.index);
  const type = attempt ? "aborted" : "unexpected";
  anomalies.add(type, () => ({
    key: "queue",
    element: value,
    ops: [attempt, first].flatMap((op) => op?.index ?? []),
    explanation: `queue: ${tell(first)} took ${stringifyJson(value)}, ` +
      (attempt
        ? `whose enqueue, op ${attempt.index}, had failed`
        : "which nobody had enqueued"),
  }));
  return type;
}

/** How often a message was taken though that many had not been enqueued. */
function addDuplicates(
  { value, begun, taken }: Message,
  anomalies: Anomalies,
): number {
  let available = 0;
  let count = 0;
  let begin = 0;
  for (const op of taken) {
    for (; begin < begun.length && begun[begin].index < op.index; begin++) {
      available++;
    }
    if (available-- > 0) continue;
    available = 0;
    count++;
    anomalies.add("duplicated", () => ({
      key: "queue",
      element: value,
      ops: taken.map(({ index }) => index),
      explanation: `queue: ${tell(op)} took ${stringifyJson(value)}, but of ` +
        `it, ${begin} had been enqueued, and as many were taken before`,
    }));
  }
  return count;
}
