import assert from "node:assert/strict";
import fc from "fast-check";
import { checkKafka } from "../../../workbench/checkers/kafka.ts";
import { type Op } from "../../../workbench/load/history.ts";
import { atNodes, type Event, history, op } from "../../support/history.ts";

type Pair = [offset: number, message: unknown];
type Messages = Record<string, Pair[]>;

// ----------------------------------------------- a log that does what it should

/** What a process does next; if it is at work, its work ends. */
const step = fc.record({
  process: fc.nat(2),
  f: fc.integer({ min: 0, max: 15 }).map((n) =>
    n < 7 ? "send" : n < 14 ? "poll" : n < 15 ? "assign" : "crash"
  ),
  key: fc.constantFrom("k", "l"),
  /** Offsets are given out with gaps. */
  gap: fc.constantFrom(1, 1, 2, 2 ** 40),
  end: fc.constantFrom<Op["type"]>(
    ...["ok", "ok", "ok", "ok", "ok", "ok", "fail", "info"] as const,
  ),
  /** Whether an operation of unknown fate happens. */
  happens: fc.boolean(),
  /** How many messages of a key a poll returns at most. */
  limit: fc.integer({ min: 1, max: 4 }),
});
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;
const steps = fc.array(step, { minLength: 100, maxLength: 200 });

/** A poll, and which messages the same process polled before, by key. */
interface Continuation {
  readonly event: Event;
  readonly before: Readonly<Record<string, Pair>>;
}

/** Runs of clients against one log a key. */
function runLog(steps: readonly Step[]) {
  const events: Event[] = [];
  const continuations: Continuation[] = [];
  const logs = new Map<string, Pair[]>([["k", []], ["l", []]]);
  const committed: Record<string, number> = {};
  const processes = [0, 1, 2].map((process) => ({
    process,
    positions: new Map([["k", 0], ["l", 0]]),
    last: {} as Record<string, Pair>,
    current: undefined as Event | undefined,
  }));
  let messages = 0;
  const read = (key: string, from: number, limit: number) =>
    (logs.get(key) ?? []).filter(([offset]) => offset >= from).slice(0, limit);

  for (const { process: p, f, key, gap, end, happens, limit } of steps) {
    const client = processes[p];
    const { process, positions, current } = client;
    if (current === undefined) {
      client.current = f === "send"
        ? { process, f, type: "invoke", value: [["send", key, ++messages]] }
        : f === "poll"
        ? { process, f, type: "invoke", value: [["poll"]] }
        : f === "assign"
        ? { process, f, type: "invoke", value: limit > 2 ? ["k", "l"] : [key] }
        : { process, f, type: "invoke" };
      events.push(client.current);
      continue;
    }
    client.current = undefined;
    const type = current.f === "crash" ? "info" : end;
    let completion: Event = { ...current, type };
    if (current.f === "send") {
      const [[, key, message]] = current.value as [[string, string, number]];
      const log = logs.get(key) ?? [];
      const offset = (log.at(-1)?.[0] ?? -1) + gap;
      if (type === "ok" || type === "info" && happens) {
        log.push([offset, message]);
      }
      if (type === "ok") {
        completion = {
          ...current,
          type,
          value: [["send", key, [offset, message]]],
        };
      }
    } else if (current.f === "poll" && type === "ok") {
      const polled: Messages = {};
      const before = { ...client.last };
      for (const [key, from] of positions) {
        const pairs = read(key, from, limit);
        const last = pairs.at(-1);
        if (last === undefined) continue;
        polled[key] = pairs;
        positions.set(key, last[0] + 1);
        client.last[key] = last;
        committed[key] = Math.max(last[0], committed[key] ?? 0);
      }
      completion = { ...current, type, value: [["poll", polled]] };
      continuations.push({ event: completion, before });
    } else if (current.f === "assign" && type === "ok") {
      const kept = new Map(positions);
      positions.clear();
      for (const key of current.value as string[]) {
        positions.set(key, kept.get(key) ?? committed[key] ?? 0);
      }
      for (const key of Object.keys(client.last)) {
        if (!positions.has(key)) delete client.last[key];
      }
      completion = { ...current, type, committed: { ...committed } };
    } else if (current.f === "assign") {
      completion = { ...current, type: "fail" };
    }
    events.push(completion);
    if (completion.type === "info") {
      client.process += 3;
      positions.clear();
      client.last = {};
    }
  }
  const all = Object.fromEntries(
    [...logs].map(([key, log]) => [key, log.slice()]),
  );
  events.push(...op(99, "poll", [["poll"]], [["poll", all]]));
  return { events, continuations, logs };
}

/** The same events with what was polled changed. */
function mapPolls(
  events: readonly Event[],
  change: (pairs: readonly Pair[], key: string, event: Event) => Pair[],
): Event[] {
  return events.map((event) => {
    if (event.f !== "poll" || event.type !== "ok") return event;
    const [[, messages]] = event.value as [["poll", Messages]];
    const changed = Object.entries(messages)
      .map(([key, pairs]) => [key, change(pairs, key, event)]);
    return { ...event, value: [["poll", Object.fromEntries(changed)]] };
  });
}

const check = (events: readonly Event[]) =>
  checkKafka(atNodes((process) => `n${process % 3}`, history(...events)), {
    checkConvergence: true,
  });

Deno.test("kafka: whatever a sound log gives its clients is valid", () => {
  fc.assert(fc.property(steps, (steps) => {
    const { valid, explanation, details: { errorTypes } = {} } = check(
      runLog(steps).events,
    );
    assert.equal(valid, true, explanation?.join("\n"));
    assert.deepEqual(errorTypes, []);
  }));
});

// ------------------------------------------------------------ and what it should not

type Run = ReturnType<typeof runLog>;

/** Acknowledged sends of a run, with the offsets that they got. */
function* acknowledged({ events }: Run) {
  for (const event of events) {
    if (event.f !== "send" || event.type !== "ok") continue;
    const [[, key, pair]] = event.value as [["send", string, Pair]];
    yield { event, key, pair };
  }
}

/** Polls of a key with at least so many messages, but for the last of all. */
function* polls({ events }: Run, count: number) {
  for (const event of events) {
    if (event.f !== "poll" || event.type !== "ok") continue;
    if (event.process === 99) continue;
    const [[, messages]] = event.value as [["poll", Messages]];
    for (const [key, pairs] of Object.entries(messages)) {
      if (pairs.length >= count) yield { event, key, pairs };
    }
  }
}

/** Polls that go on where others left off. */
function* continued(run: Run, count: number) {
  for (const poll of polls(run, count)) {
    const found = run.continuations.find(({ event }) => event === poll.event);
    const before = found?.before[poll.key];
    if (before !== undefined) yield { ...poll, before };
  }
}

/** Ways to damage a run; each yields damaged ones. */
const damages: Record<string, (run: Run) => IteratorObject<Event[]>> = {
  *"lost-write"(run) {
    for (const { key, pair } of acknowledged(run)) {
      if (run.logs.get(key)?.at(-1)?.[0] === pair[0]) continue;
      yield mapPolls(
        run.events,
        (pairs, k) => pairs.filter(([o]) => k !== key || o !== pair[0]),
      );
    }
  },
  *"unseen"(run) {
    for (const { key, pair } of acknowledged(run)) {
      yield mapPolls(
        run.events,
        (pairs, k) => pairs.filter(([o]) => k !== key || o < pair[0]),
      );
    }
  },
  *"int-poll-skip"(run) {
    for (const { event, key, pairs: [, [middle]] } of polls(run, 3)) {
      yield mapPolls(
        run.events,
        (pairs, k, e) =>
          pairs.filter(([o]) => e !== event || k !== key || o !== middle),
      );
    }
  },
  *"int-nonmonotonic-poll"(run) {
    for (const { event, key } of polls(run, 2)) {
      yield mapPolls(
        run.events,
        (pairs, k, e) =>
          e === event && k === key ? pairs.toReversed() : [...pairs],
      );
    }
  },
  *"poll-skip"(run) {
    for (const { event, key } of continued(run, 2)) {
      yield mapPolls(
        run.events,
        (pairs, k, e) => pairs.slice(e === event && k === key ? 1 : 0),
      );
    }
  },
  *"start-skip"(run) {
    for (const [key, log] of run.logs) {
      for (const pair of log.slice(1)) {
        yield [
          ...run.events,
          ...op(100, "assign", [key], [key], "ok", { seek_to_beginning: true }),
          ...op(100, "poll", [["poll"]], [["poll", { [key]: [pair] }]]),
        ];
      }
    }
  },
  *"nonmonotonic-commit"(run) {
    for (const { event, key, pairs } of polls(run, 1)) {
      const process = Number(event.process);
      const committed = { [key]: (pairs.at(-1)?.[0] ?? 0) - 1 };
      yield [
        ...run.events,
        ...op(process + 300, "assign", [key], [key], "ok", { committed }),
      ];
    }
  },
  *"nonmonotonic-poll"(run) {
    for (const { event, key, before } of continued(run, 1)) {
      yield mapPolls(
        run.events,
        (
          pairs,
          k,
          e,
        ) => [...e === event && k === key ? [before] : [], ...pairs],
      );
    }
  },
  *"G1a"(run) {
    for (const { event, key, pair: [, message] } of acknowledged(run)) {
      const failed = { ...event, type: "fail" as const };
      const value = [["send", key, message]];
      yield run.events.map((e) => e === event ? { ...failed, value } : e);
    }
  },
  *"duplicate"(run) {
    for (const { key, pair: [offset, message] } of acknowledged(run)) {
      yield [
        ...run.events,
        ...op(100, "poll", [["poll"]], [["poll", {
          [key]: [[offset + 0.5, message]],
        }]]),
      ];
    }
  },
  *"inconsistent-offsets"(run) {
    const sent = [...acknowledged(run)];
    for (const { event, key, pairs: [[offset]] } of polls(run, 1)) {
      const other = sent.find((it) => it.key === key && it.pair[0] !== offset);
      if (other === undefined) continue;
      const [, message] = other.pair;
      yield mapPolls(
        run.events,
        (pairs, k, e) =>
          pairs.map(([o, m]) =>
            e === event && k === key && o === offset ? [o, message] : [o, m]
          ),
      );
    }
  },
  *"garbage-read"(run) {
    yield [
      ...run.events,
      ...op(100, "poll", [["poll"]], [["poll", { k: [[2 ** 50, "what?"]] }]]),
    ];
  },
  *"nonmonotonic-send"(run) {
    // Two sends of one process change places, for all who see them.
    const last = new Map<string, { event: Event; key: string; pair: Pair }>();
    for (const send of acknowledged(run)) {
      const of = `${send.event.process}, ${send.key}`;
      const before = last.get(of);
      last.set(of, send);
      if (before === undefined) continue;
      const isAssigned = run.events
        .slice(run.events.indexOf(before.event), run.events.indexOf(send.event))
        .some(({ f, process }) =>
          f === "assign" && process === send.event.process
        );
      if (isAssigned) continue;
      const [[a, x], [b, y]] = [before.pair, send.pair];
      yield mapPolls(
        run.events.map((e) =>
          e === send.event
            ? { ...e, value: [["send", send.key, [a, y]]] }
            : e === before.event
            ? { ...e, value: [["send", send.key, [b, x]]] }
            : e
        ),
        (pairs, k) =>
          pairs.map(([o, m]) =>
            k !== send.key
              ? [o, m]
              : m === x
              ? [a, y]
              : m === y
              ? [b, x]
              : [o, m]
          ),
      );
    }
  },
  *"G1c-realtime"(run) {
    for (const { event, key, pairs } of polls(run, 1)) {
      yield [
        ...op(100, "poll", [["poll"]], [["poll", { [key]: pairs }]]),
        ...run.events.filter((e) => e !== event),
      ];
    }
  },
  *"lost-commit"(run) {
    for (const { key, pair: [offset] } of acknowledged(run)) {
      const has = run.events.some(({ f, type, value }) =>
        f === "poll" && type === "ok" &&
        (value as ["poll", Messages][]).some(([, messages]) =>
          messages[key]?.some(([polled]) => polled >= offset)
        )
      );
      if (!has) continue;
      yield [
        ...run.events,
        ...op(100, "assign", [key], [key], "ok", {
          final: true,
          committed: { [key]: offset - 1 },
        }),
      ];
    }
  },
  *"commit-skip"(run) {
    for (const { key, pair: [offset] } of acknowledged(run)) {
      yield [
        ...op(100, "assign", [key], [key], "ok", {
          committed: { [key]: offset + 1 },
        }),
        ...run.events,
      ];
    }
  },
};

for (const [anomaly, damage] of Object.entries(damages)) {
  Deno.test(`kafka: ${anomaly} is found wherever it is put`, () => {
    let found = 0;
    fc.assert(fc.property(steps, fc.nat(), (steps, which) => {
      const damaged = [...damage(runLog(steps)).take(which % 20 + 1)].at(-1);
      if (damaged === undefined) return;
      const { valid, details: { errorTypes } = {} } = check(damaged);
      assert.equal(valid, false);
      assert.ok(`${errorTypes}`.split(",").includes(anomaly), `${errorTypes}`);
      found++;
    }));
    assert.ok(found > 10, `only ${found} runs could be damaged`);
  });
}

// ------------------------------------------------- against the definitions

const sendMop = fc.tuple(
  fc.constant("send" as const),
  fc.constantFrom("k", "l"),
  fc.tuple(fc.nat(4), fc.constantFrom("a", "b", "c", "d")),
);
const pollMop = fc.tuple(
  fc.constant("poll" as const),
  fc.dictionary(
    fc.constantFrom("k", "l"),
    fc.array(fc.tuple(fc.nat(4), fc.constantFrom("a", "b", "c", "d")), {
      maxLength: 3,
    }),
    { maxKeys: 2, noNullPrototype: true },
  ),
);
type Mop = ["send", string, Pair | string] | ["poll", Messages?];
const arbitraryCall = fc.record({
  process: fc.nat(2),
  value: fc.oneof(
    { weight: 5, arbitrary: fc.array(sendMop, { minLength: 1, maxLength: 2 }) },
    { weight: 5, arbitrary: fc.array(pollMop, { minLength: 1, maxLength: 2 }) },
    { weight: 1, arbitrary: fc.constantFrom(["k"], ["l"], ["k", "l"]) },
  ),
  type: fc.constantFrom<Op["type"]>("ok", "ok", "ok", "fail", "info"),
  knowsOffset: fc.boolean(),
});

/** Calls that begin and end in the order in which processes take turns. */
function arbitraryEvents(
  calls:
    readonly (typeof arbitraryCall extends fc.Arbitrary<infer T> ? T : never)[],
  turns: readonly number[],
): Event[] {
  const events: Event[] = [];
  const queues = [0, 1, 2].map((p) =>
    calls.filter(({ process }) => p === process)
  );
  const running: (Event | undefined)[] = [];
  const names = [0, 1, 2];
  for (const p of [...turns, ...turns.flatMap(() => [0, 1, 2])]) {
    const end = running[p];
    if (end !== undefined) {
      events.push(end);
      running[p] = undefined;
      if (end.type === "info") names[p] += 3;
      continue;
    }
    const call = queues[p].shift();
    if (call === undefined) continue;
    const { type, knowsOffset } = call;
    const value: readonly (string | Mop)[] = call.value;
    const f = typeof value[0] === "string" ? "assign" : "txn";
    const asked = value.map((mop) =>
      typeof mop === "string"
        ? mop
        : mop[0] === "send"
        ? [mop[0], mop[1], mop[2][1]]
        : [mop[0]]
    );
    const process = names[p];
    const isShown = type === "ok" || knowsOffset;
    events.push({ process, f, type: "invoke", value: asked });
    running[p] = { process, f, type, value: isShown ? value : asked };
  }
  return events;
}

/** Anomalies by their definitions, without regard to time. */
function bruteForce(events: readonly Event[]): string[] {
  const found = new Set<string>();
  const calls = events.flatMap((begin, i) => {
    if (begin.type !== "invoke") return [];
    const j = events.findIndex((e, j) =>
      j > i && e.process === begin.process && e.type !== "invoke"
    );
    const end = j < 0 ? { ...begin, type: "info" as const } : events[j];
    const mops = end.f === "assign" ? [] : end.value as Mop[];
    const sends = mops.flatMap((mop) =>
      mop[0] !== "send"
        ? []
        : typeof mop[2] === "string"
        ? [{ key: mop[1], offset: NaN, message: mop[2] as unknown }]
        : [{ key: mop[1], offset: mop[2][0], message: mop[2][1] }]
    );
    const polls = mops.flatMap((mop) =>
      mop[0] !== "poll"
        ? []
        : Object.entries(mop[1] ?? {}).flatMap(([key, pairs]) =>
          pairs.map(([offset, message]) => ({ key, offset, message }))
        )
    );
    return [{ begin: i, end: j < 0 ? Infinity : j, event: end, sends, polls }];
  });
  type Place = (typeof calls)[0]["sends"][0];
  const same = (a: Place, b: Place) =>
    a.key === b.key && a.message === b.message;
  const isRead = (it: Place) =>
    calls.some(({ event, polls }) =>
      event.type === "ok" && polls.some((p) => same(p, it))
    );
  const writerOf = (it: Place) =>
    calls.filter(({ sends }) => sends.some((s) => same(s, it)))
      .sort((a, b) => a.end - b.end).at(-1);
  const happened = ({ event, sends }: (typeof calls)[0]) =>
    event.type === "ok" || event.type === "info" && sends.some(isRead);

  const entries = calls.flatMap((call) => [
    ...happened(call) ? call.sends.filter(({ offset }) => offset >= 0) : [],
    ...call.polls,
  ]);
  const rankOf = (key: string, offset: number) =>
    new Set(
      entries.filter((e) => e.key === key && e.offset < offset)
        .map((e) => e.offset),
    ).size;
  const rank = (it: Place) => {
    const all = entries.filter((e) => same(e, it));
    const exact = all.find(({ offset }) => offset === it.offset) ?? all[0];
    return exact === undefined ? NaN : rankOf(it.key, exact.offset);
  };
  const ranks = (it: Place) =>
    entries.filter((e) => same(e, it)).map((e) => rankOf(e.key, e.offset));

  const isLost = (a: Place) => {
    const writer = writerOf(a);
    return writer !== undefined && happened(writer) && !isRead(a) &&
      entries.some((b) =>
        b.key === a.key && isRead(b) &&
        Math.min(...ranks(b)) >= Math.max(...ranks(a))
      );
  };

  for (const a of entries) {
    for (const b of entries) {
      if (a.key !== b.key) continue;
      if (a.offset === b.offset && a.message !== b.message) {
        found.add("inconsistent-offsets");
      }
      if (a.offset !== b.offset && a.message === b.message) {
        found.add("duplicate");
      }
    }
    const writer = writerOf(a);
    if (writer === undefined) found.add("garbage-read");
    if (writer?.event.type === "fail" && isRead(a)) found.add("G1a");
    if (isLost(a)) found.add("lost-write");
  }
  const lastPoll = Math.max(
    ...calls.filter(({ begin }) => {
      const { f, value } = events[begin];
      return f !== "assign" && (value as Mop[]).some(([it]) => it === "poll");
    }).map(({ begin }) => begin),
  );
  for (const { sends } of calls) {
    for (const sent of sends) {
      const writer = writerOf(sent);
      if (writer?.event.type !== "ok" || isRead(sent)) continue;
      if (writer.end < lastPoll || isLost(sent)) found.add("unseen");
    }
  }

  const compare = (kind: string, a: Place, b: Place, isInternal: boolean) => {
    const delta = rank(b) - rank(a);
    const prefix = isInternal ? "int-" : "";
    if (delta < 1) found.add(`${prefix}nonmonotonic-${kind}`);
    if (delta > 1 && (kind === "poll" || isInternal)) {
      found.add(`${prefix}${kind}-skip`);
    }
  };
  for (const process of new Set(events.map((event) => event.process))) {
    const last = { poll: new Map<string, Place>(), send: new Map() };
    const mine = calls.filter((call) => call.event.process === process);
    for (const { event, polls, sends, end } of mine) {
      if (end === Infinity) continue;
      if (event.f === "assign" && event.type !== "fail") {
        for (const key of ["k", "l"]) {
          if ((event.value as string[]).includes(key)) continue;
          last.poll.delete(key);
          last.send.delete(key);
        }
      }
      for (const kind of ["poll", "send"] as const) {
        if (kind === "send" && event.type === "fail") continue;
        const within = new Map<string, Place>();
        for (const place of kind === "poll" ? polls : sends) {
          const inner = within.get(place.key);
          const outer = last[kind].get(place.key);
          if (inner !== undefined) compare(kind, inner, place, true);
          else if (outer !== undefined) compare(kind, outer, place, false);
          within.set(place.key, place);
        }
        if (event.type === "fail") continue;
        if (kind === "poll" && event.type === "info") continue;
        for (const [key, place] of within) last[kind].set(key, place);
      }
    }
  }

  // Operations here only send or only poll: see the checker on cycles.
  const dataCalls = calls.filter(({ event }) => event.f !== "assign");
  let hasEdge = false;
  for (const a of dataCalls) {
    for (const b of dataCalls) {
      const isBefore = a.event.type === "ok" && a.end < b.begin;
      const isPolled = b.polls.some((it) => writerOf(it) === a);
      hasEdge ||= isBefore || isPolled;
      if (a.polls.some((it) => writerOf(it) === b) && isBefore) {
        found.add("G1c-realtime");
      }
    }
  }
  if (!hasEdge) found.add("empty-transaction-graph");
  return [...found].sort();
}

Deno.test("kafka: the anomalies of any small history are those of their definitions", () => {
  const seen = new Set<string>();
  fc.assert(
    fc.property(
      fc.array(arbitraryCall, { maxLength: 10 }),
      fc.array(fc.nat(2), { maxLength: 30 }),
      (calls, turns) => {
        const events = arbitraryEvents(calls, turns);
        const { details: { errorTypes } = {} } = check(events);
        const expected = bruteForce(events);
        assert.deepEqual(
          `${errorTypes}`.split(",").sort().join(),
          expected.join(),
        );
        for (const type of expected) seen.add(type);
      },
    ),
    { numRuns: 3000 },
  );
  assert.equal(seen.size, 15, [...seen].join());
});
