/**
 * The kafka checker on long histories: time, memory, and that the size of
 * offsets does not matter.
 *
 * @module
 */
import { cpuUsage, memoryUsage } from "node:process";
import { checkKafka } from "../workbench/checkers/kafka.ts";
import { type History, type Op } from "../workbench/load/history.ts";
import { atMost, noTarget, type Row } from "./row.ts";

const area = "kafka_checker";
const MESSAGES = 1_000_000;
const PROCESSES = 5;
/** How many messages a process sends before it polls. */
const BATCH = 10;

/**
 * Processes that all work at the same time: each sends to keys of its own, one
 * after the other, and polls those of its neighbour. Every message is polled
 * once.
 *
 * @param messagesPerKey how many there are before the next key is taken
 * @param scale what offsets are multiplied with
 */
function makeHistory(messagesPerKey: number, scale: number): History {
  const history: Op[] = [];
  const record = (op: Pick<Op, "type" | "process" | "f" | "value">) => {
    history.push({ index: history.length, time: history.length * 1e5, ...op });
  };
  const processes = Array.from({ length: PROCESSES }, (_, p) => p);
  const keyOf = (process: number, n: number) =>
    `${PROCESSES * Math.floor(n / messagesPerKey) + process}`;
  for (let n = 0; n < MESSAGES / PROCESSES;) {
    for (let i = 0; i < BATCH; i++, n++) {
      const place = n % messagesPerKey;
      const [offset, message] = [scale * place, place + 1];
      for (const type of ["invoke", "ok"] as const) {
        for (const process of processes) {
          const sent = type === "ok" ? [offset, message] : message;
          const value = [["send", keyOf(process, n), sent]];
          record({ type, process, f: "send", value });
        }
      }
    }
    for (const process of processes) {
      record({ type: "invoke", process, f: "poll", value: [["poll"]] });
    }
    for (const process of processes) {
      const messages: Record<string, [number, number][]> = {};
      for (let m = n - BATCH; m < n; m++) {
        const place = m % messagesPerKey;
        (messages[keyOf((process + 1) % PROCESSES, m)] ??= [])
          .push([scale * place, place + 1]);
      }
      record({ type: "ok", process, f: "poll", value: [["poll", messages]] });
    }
  }
  return history;
}

/** User time of the fastest of some checks, in s. */
function measure(history: History): number {
  let fastest = Infinity;
  for (let i = 0; i < 3; i++) {
    const start = cpuUsage();
    const { valid, explanation } = checkKafka(history);
    fastest = Math.min(fastest, cpuUsage(start).user / 1e6);
    if (valid !== true) throw new Error(explanation?.join("\n"));
  }
  return fastest;
}

export function* rows(): Generator<Row> {
  const count = MESSAGES.toLocaleString("en");
  const figure = `${count} messages, sent and polled`;
  const peer = "own target";
  yield atMost(5, {
    area,
    figure: `${figure}, 16 a key: CPU time`,
    value: measure(makeHistory(16, 1)),
    unit: "s",
    peer,
  });
  const megabytes = memoryUsage().rss / 2 ** 20;
  const dense = measure(makeHistory(MESSAGES, 1));
  yield atMost(5, {
    area,
    figure: `${figure}, ${PROCESSES} keys: CPU time`,
    value: dense,
    unit: "s",
    peer,
  });
  const sparse = measure(makeHistory(MESSAGES, 1e9));
  yield atMost(1.5, {
    area,
    figure: "the same with offsets times 1e9, to the time of that",
    value: sparse / dense,
    unit: "",
    peer: "Jepsen's grows with offsets until memory runs out",
  });
  yield noTarget({
    area,
    figure: "memory with history, after three checks",
    value: megabytes,
    unit: "MB",
    peer,
  });
}
