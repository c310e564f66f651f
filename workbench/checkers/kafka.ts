import { type History } from "../load/history.ts";
import { type CheckResult } from "./result.ts";
import { stringifyJson } from "../json.ts";
import { faultPeriods } from "./faults.ts";
import { findCommitAnomalies, isFinal } from "./kafka/commits.ts";
import {
  findConflicts,
  findMissing,
  findPhantoms,
  findPrecommittedReads,
} from "./kafka/contents.ts";
import { findKafkaCycles } from "./kafka/cycles.ts";
import { findMissingAtNodes } from "./kafka/finals.ts";
import { worstLag } from "./kafka/lag.ts";
import { assigns, Logs } from "./kafka/logs.ts";
import { findDisorder } from "./kafka/order.ts";
import { meanings, Teller } from "./kafka/words.ts";
import {
  Anomalies,
  Status,
  uncheckable,
  UncheckableError,
} from "./anomalies.ts";

export interface KafkaOptions {
  /** Whether nodes owe each other's commits: see `kafka/commits.ts`. */
  readonly checkConvergence?: boolean;
}

/**
 * Anomalies that are reported, but break no promise: the messages of an
 * operation need not stand together, and who starts to consume from a lower
 * offset than was committed misses nothing.
 */
const allowed: ReadonlySet<string> = new Set(["int-send-skip", "stale-commit"]);

/** What a consumer may meet whose partitions others may take over meanwhile. */
const whereSubscribed: ReadonlySet<string> = new Set([
  "poll-skip",
  "nonmonotonic-poll",
]);

/** Anomalies that Maelstrom does not look for, and what that leaves out. */
const ours: Readonly<Record<string, string>> = {
  "commit-skip": "committed offsets",
  "lost-commit": "committed offsets",
  "nonmonotonic-commit": "committed offsets",
  "start-skip": "where a client's first poll begins",
  "unseen-at-node": "what a single node shows in the end",
};

/** What leaves it open whether promises hold. Jepsen's checker says invalid. */
const undecided: ReadonlySet<string> = new Set(["empty-transaction-graph"]);

/**
 * Looks for everything that Jepsen's kafka workload calls an anomaly in a
 * history of `send`, `poll` (or `txn`, of both), `assign` and `subscribe`
 * operations, and for committed offsets that are wrong. Time and memory grow
 * with the number of messages, whatever their offsets.
 *
 * https://github.com/jepsen-io/jepsen/blob/main/jepsen/src/jepsen/tests/kafka.clj
 */
export function checkKafka(
  history: History,
  options: KafkaOptions = {},
): CheckResult {
  let logs: Logs;
  try {
    logs = new Logs(history);
  } catch (error) {
    if (error instanceof UncheckableError) return uncheckable(error);
    throw error;
  }
  const checkConvergence = options.checkConvergence ?? false;
  const teller = new Teller(logs, faultPeriods(history));
  const anomalies = new Anomalies();
  findConflicts(logs, teller, anomalies);
  findPhantoms(logs, teller, anomalies);
  findPrecommittedReads(logs, teller, anomalies);
  const late = findMissing(logs, teller, anomalies);
  findMissingAtNodes(logs, teller, anomalies);
  findDisorder(logs, teller, anomalies);
  findCommitAnomalies(logs, teller, anomalies, checkConvergence);
  findKafkaCycles(logs, teller, anomalies);

  const severity = Object.keys(meanings);
  const types = [...anomalies.counts.keys()].sort((a, b) =>
    severity.indexOf(a) - severity.indexOf(b)
  );
  const subscribes = history.some(({ f }) => f === "subscribe");
  const isAllowed = (type: string) =>
    allowed.has(type) || subscribes && whereSubscribed.has(type);
  const bad = types.filter((type) => !isAllowed(type) && !undecided.has(type));
  const open = types.filter((type) => undecided.has(type));
  const paragraph = (type: string) =>
    `kafka, ${type} (${anomalies.counts.get(type)}): ${meanings[type]}.\n` +
    anomalies.of(type)[0].explanation;
  const finalAssigns = logs.calls.filter((call) =>
    assigns(call.op.f) && isFinal(call)
  );
  // Whether offsets were asked for in the end, and no node answered.
  const isUntold = checkConvergence && finalAssigns.length > 0 &&
    !finalAssigns.some(({ status }) => status === Status.ok);
  const stricter = bad.filter((type) => type in ours);
  return {
    valid: bad.length > 0
      ? false
      : isUntold || open.length > 0
      ? "unknown"
      : true,
    ...(stricter.length + open.length + late + Number(isUntold) > 0 && {
      asMaelstrom: {
        valid: bad.length === stricter.length && open.length + late === 0,
        ignores: [...new Set(stricter.map((type) => ours[type]))],
      },
    }),
    anomalies: anomalies.found(bad),
    evidence: anomalies.evidence(bad),
    details: {
      badErrorTypes: bad,
      errorTypes: types,
      ...Object.fromEntries(types.map((type) => [type, {
        count: anomalies.counts.get(type),
        errs: anomalies.of(type),
      }])),
      worstRealtimeLag: worstLag(logs),
      infoTxnCauses: [
        ...new Map(
          logs.calls.filter(({ op, status }) =>
            status === Status.info && op.error !== undefined
          ).map(({ op }) => [stringifyJson(op.error), op.error]),
        ).values(),
      ],
    },
    forms: { badErrorTypes: "keywords", errorTypes: "keywords" },
    explanation: [
      ...[...bad, ...open].map(paragraph),
      ...(isUntold
        ? ["kafka: no node answered in the end which offsets are committed."]
        : []),
    ],
    notes: [
      ...types.filter(isAllowed).map(paragraph),
      ...(late > 0
        ? [
          `kafka: ${late} messages that nobody polled were acknowledged only ` +
          "after the last poll had begun, so they need not be missing; " +
          "Jepsen's checker calls them unseen.",
        ]
        : []),
      ...(bad.includes("unseen") && !logs.calls.some(isFinal)
        ? [
          "kafka: no operation is marked as final. It is taken for granted " +
          "that in the end clients polled all there was.",
        ]
        : []),
    ],
  };
}
