/**
 * How far polls lag behind sends.
 *
 * @module
 */

import { type Op } from "../../load/history.ts";
import { type Integer } from "../../integers.ts";
import { Status } from "../anomalies.ts";
import { countLeading } from "../count_leading.ts";
import { assigns, type Logs, NONE } from "./logs.ts";

/** The worst lag of a poll, and whose it was; times in seconds. */
export interface Lag {
  readonly lag: number;
  /** When the poll began, since the beginning of the run. */
  readonly time: number;
  readonly process?: Op["process"];
  readonly key?: string;
}

/**
 * For how long, at least, a process had not seen the newest message of a key
 * that it polled: from when a later message was known to exist until the poll
 * began. Between two changes of what a process has seen of a key, its last poll
 * lags most, so only that one is looked at.
 */
export function worstLag(logs: Logs): Lag {
  const growth = logs.keys.map((): Growth => ({ offsets: [], times: [] }));
  for (const event of logs.events.view()) {
    if (event >= 0) continue;
    const call = logs.calls[~event];
    if (call.status === Status.fail) continue;
    for (let r = call.firstRun; r < call.endRun; r++) {
      const { offsets, times } = growth[logs.runKey.at(r)];
      if (!(logs.runEnd[r] > (offsets.at(-1) ?? -Infinity))) continue;
      offsets.push(logs.runEnd[r]);
      times.push(call.op.time);
    }
  }

  let worst: Lag = { lag: 0, time: 0 };
  const consumers = new Map<Op["process"], Consumer>();
  const measure = (
    process: Op["process"],
    { lastPoll }: Consumer,
    key: number,
    { until }: Place,
  ) => {
    const lag = (lastPoll - until) / 1e9;
    if (lag <= worst.lag) return;
    worst = { lag, time: lastPoll / 1e9, process, key: logs.keys[key] };
  };
  for (const event of logs.events.view()) {
    if (event >= 0) continue;
    const call = logs.calls[~event];
    if (call.status !== Status.ok) continue;
    const { process, f, value } = call.op;
    if (f === "send") continue;
    const consumer = consumers.getOrInsertComputed(process, () => ({
      places: new Map(),
      lastPoll: -Infinity,
    }));
    const { places } = consumer;
    if (assigns(f)) {
      const assigned = new Set(
        (Array.isArray(value) ? value : []).map((key) => logs.find(`${key}`)),
      );
      for (const [key, place] of places) {
        measure(process, consumer, key, place);
        if (!assigned.has(key)) places.delete(key);
      }
      // No poll so far has missed anything of what is assigned only now.
      consumer.lastPoll = -Infinity;
      for (const key of assigned) {
        if (f !== "assign" || key === NONE || places.has(key)) continue;
        places.set(key, { offset: NONE, until: overtaken(growth[key], NONE) });
      }
    } else {
      for (let r = call.firstRun; r < call.endRun; r++) {
        const key = logs.runKey.at(r);
        const offset = logs.runEnd[r];
        const place = places.get(key);
        if (!(offset > (place?.offset ?? -Infinity))) continue;
        if (place) measure(process, consumer, key, place);
        places.set(key, { offset, until: overtaken(growth[key], offset) });
      }
      consumer.lastPoll = call.invocation.time;
    }
  }
  for (const [process, consumer] of consumers) {
    for (const [key, place] of consumer.places) {
      measure(process, consumer, key, place);
    }
  }
  return worst;
}

/** How far a log was known to reach, and since when; both ascend. */
interface Growth {
  readonly offsets: Integer[];
  readonly times: number[];
}

interface Place {
  /** The highest offset seen. */
  readonly offset: Integer;
  /** When a higher offset was known to be in use. */
  readonly until: number;
}

interface Consumer {
  readonly places: Map<number, Place>;
  /** When the last poll began. */
  lastPoll: number;
}

/** When an offset was no longer the highest. */
function overtaken({ offsets, times }: Growth, offset: Integer): number {
  const first = countLeading(offsets.length, (i) => offsets[i] <= offset);
  return times[first] ?? Infinity;
}
