import assert from "node:assert/strict";
import fc from "fast-check";
import {
  INITIAL,
  type Registers,
} from "../../../../workbench/checkers/txn/registers.ts";
import { checkRwRegister } from "../../../../workbench/checkers/txn/rw_register.ts";
import {
  type Level,
  violations,
} from "../../../../workbench/checkers/txn/weak.ts";
import { transactionHistory } from "../../../support/history.ts";

const check = (model: string, text: string) =>
  checkRwRegister(transactionHistory(text), { consistencyModels: [model] });

interface Example {
  readonly history: string;
  readonly breaks: string;
  readonly keeps: string;
  readonly anomaly: string;
  /** A line of the explanation. */
  readonly why: RegExp;
}

const examples: Readonly<Record<string, Example>> = {
  "two transactions, each seen in part": {
    history: `
      w x 1, w y 1
      w x 2, w y 2
      r x 1, r y 2`,
    breaks: "read-atomic",
    keeps: "monotonic-atomic-view",
    anomaly: "fractured-read",
    why:
      /T\d < T\d, because op \d of process 2 .*, which read 2 of key "y" from T\d, read 1 of key "x", which T\d wrote, and not 2, which T\d wrote/,
  },
  "what was seen is gone, twice": {
    history: `
      w x 1, w y 1
      w x 2, w y 2
      r x 1, r y 2
      r y 2, r x 1`,
    breaks: "monotonic-atomic-view",
    keeps: "read-committed",
    anomaly: "observed-transaction-vanishes",
    why: /which before that had read 2 of key "y" from T\d, read 1 of key "x"/,
  },
  "effects without their causes, for a version that is not the first": {
    history: `
      w x 1
      w x 2
      r x 1, w y 1
      r x 2, w z 1
      r y 1, r x 2
      r z 1, r x 1`,
    breaks: "causal-cerone",
    keeps: "read-atomic",
    anomaly: "causality-violation",
    why: /which depends on T\d by way of op \d/,
  },
  "a session that goes back behind its own write": {
    history: `
      1: w x 1
      1: w x 2
      1: r x 1`,
    breaks: "strong-session-read-atomic",
    keeps: "causal-cerone",
    anomaly: "fractured-read-process",
    why: /which process 1 ran after T\d, read 1 of key "x"/,
  },
  "a session that sees another one go back": {
    history: `
      1: w x 1
      1: w x 2
      2: r x 2
      2: r x 1`,
    breaks: "causal",
    keeps: "strong-session-read-atomic",
    anomaly: "causality-violation-process",
    why: /which depends on T\d by way of op \d/,
  },
  "a transaction that does not see its own write": {
    history: `
      w x 1
      w x 2, r x 1`,
    breaks: "strong-session-monotonic-atomic-view",
    keeps: "monotonic-atomic-view",
    anomaly: "missed-own-write",
    why: /had just read or written as 2/,
  },
  "a session whose order says what came first": {
    history: `
      1: w x 1
      1: w x 2, w y 2
      2: r y 2, r x 1`,
    breaks: "strong-session-monotonic-atomic-view",
    keeps: "causal-cerone",
    anomaly: "observed-transaction-vanishes-process",
    why: /process 1 ran T\d before T\d/,
  },
};

for (const [name, example] of Object.entries(examples)) {
  Deno.test(`weak models: ${name}: ${example.anomaly}`, () => {
    const kept = check(example.keeps, example.history);
    assert.equal(kept.valid, true, kept.explanation?.join("\n"));
    const broken = check(example.breaks, example.history);
    assert.equal(broken.valid, false);
    assert.deepEqual(broken.details?.anomalyTypes, [example.anomaly]);
    const [told] = broken.explanation ?? [];
    assert.match(told, example.why);
    assert.equal(broken.asMaelstrom?.valid, true);
    if (example.anomaly === "missed-own-write") return;
    assert.match(told, /: a cycle\.$/);
    assert.equal(broken.evidence?.[0].kind, "cycle");
  });
}

Deno.test("weak models: a value that stands for the initial one is taken for it, and a note says so", () => {
  const history = `
    w x 1, w y 1
    r x 1, r y 0`;
  const result = check("read-atomic", history);
  assert.equal(result.valid, false);
  assert.match(
    result.notes?.join() ?? "",
    /wrote 0 to key "y".* initial state/,
  );
  assert.equal(check("read-committed", history).valid, true);
  const written = check("read-atomic", `${history}\n w y 0`);
  assert.equal(written.valid, true);
  assert.equal(written.notes, undefined);
});

Deno.test("weak models: what nobody wrote is found, and Maelstrom does not look at it", () => {
  const result = check("read-uncommitted", "w x 1\nr x 1\nr x 2");
  assert.deepEqual(result.details?.anomalyTypes, ["garbage-read"]);
  assert.deepEqual(result.asMaelstrom?.ignores, ["values that nobody wrote"]);
});

// ---- against the definition, word by word

/** Who wrote what is found out from who read it. */
interface Random {
  readonly sessions: number;
  readonly keys: number;
  readonly txns: readonly {
    readonly session: number;
    readonly reads: readonly (readonly [key: number, age: number])[];
    readonly writes: readonly number[];
  }[];
  readonly isStale: boolean;
}

const randoms = (most: {
  readonly txns: number;
  readonly sessions: number;
  readonly keys: number;
}): fc.Arbitrary<Random> =>
  fc.record({
    sessions: fc.integer({ min: 1, max: most.sessions }),
    keys: fc.integer({ min: 1, max: most.keys }),
    isStale: fc.boolean(),
    txns: fc.array(
      fc.record({
        session: fc.nat(),
        reads: fc.array(fc.tuple(fc.nat(), fc.nat()), { maxLength: 4 }),
        writes: fc.array(fc.nat(), { maxLength: 3 }),
      }),
      { minLength: 2, maxLength: most.txns },
    ),
  });

/** Each reads what earlier ones wrote, as a rule one of the last. */
function registersOf(
  { sessions, keys, txns, isStale }: Random,
  level: Level,
): Registers {
  const readStart = [0];
  const readKey: number[] = [];
  const readFrom: number[] = [];
  const writeStart = [0];
  const writeKey: number[] = [];
  const written = Array.from({ length: keys }, () => [INITIAL]);
  const last = new Array<number>(sessions).fill(-1);
  const before: number[] = [];
  const sessionOf: number[] = [];
  txns.forEach(({ session, reads, writes }, t) => {
    const s = session % sessions;
    sessionOf.push(s);
    before.push(last[s]);
    last[s] = t;
    const seen = new Set<number>();
    for (const [k, age] of reads) {
      const key = k % keys;
      if (level !== "monotonic" && seen.has(key)) continue;
      seen.add(key);
      const all = written[key];
      const back = isStale || age % 9 === 0 ? age % all.length : 0;
      readKey.push(key);
      readFrom.push(all[all.length - 1 - back]);
    }
    readStart.push(readKey.length);
    for (const key of new Set(writes.map((w) => w % keys))) {
      writeKey.push(key);
      written[key].push(t);
    }
    writeStart.push(writeKey.length);
  });
  return {
    isAmbiguous: false,
    count: txns.length,
    keyCount: keys,
    txnOf: Int32Array.from(txns.keys()),
    numberOf: Int32Array.from(txns.keys()),
    sessionOf: Int32Array.from(sessionOf),
    sessionCount: sessions,
    before: Int32Array.from(before),
    readStart: Int32Array.from(readStart),
    readKey: Int32Array.from(readKey),
    readFrom: Int32Array.from(readFrom),
    writeStart: Int32Array.from(writeStart),
    writeKey: Int32Array.from(writeKey),
  };
}

function closed(size: number, edges: readonly (readonly [number, number])[]) {
  const reach = Array.from({ length: size }, () => new Set<number>());
  for (const [a, b] of edges) reach[a].add(b);
  for (const set of reach) {
    for (const v of set) reach[v].forEach((w) => set.add(w));
  }
  return reach;
}

/** The axiom for every three transactions. */
function isPossible(
  registers: Registers,
  level: Level,
  hasSessions: boolean,
): boolean {
  const { count, before, readStart, readKey, readFrom } = registers;
  const { writeStart, writeKey } = registers;
  const wr: [number, number][] = [];
  const so: [number, number][] = [];
  for (let t = 0; t < count; t++) {
    if (hasSessions && before[t] >= 0) so.push([before[t], t]);
    for (let r = readStart[t]; r < readStart[t + 1]; r++) {
      if (readFrom[r] >= 0) wr.push([readFrom[r], t]);
    }
  }
  const session = closed(count, so);
  const past = closed(count, [...so, ...wr]);
  const inferred: [number, number][] = [];
  for (let t = 0; t < count; t++) {
    const seen = new Set<number>();
    for (let r = readStart[t]; r < readStart[t + 1]; r++) {
      for (let t2 = 0; t2 < count; t2++) {
        if (t2 === readFrom[r]) continue;
        const writes = writeKey.subarray(writeStart[t2], writeStart[t2 + 1]);
        if (!writes.includes(readKey[r])) continue;
        const must = level === "monotonic"
          ? seen.has(t2)
          : level === "causal"
          ? past[t2].has(t)
          : session[t2].has(t) || wr.some(([a, b]) => a === t2 && b === t);
        if (!must) continue;
        if (readFrom[r] === INITIAL) return false;
        inferred.push([t2, readFrom[r]]);
      }
      seen.add(readFrom[r]);
    }
  }
  return closed(count, [...so, ...wr, ...inferred])
    .every((after, t) => !after.has(t));
}

for (const level of ["monotonic", "atomic", "causal"] as const) {
  for (const hasSessions of [false, true]) {
    const name = `${level}${hasSessions ? ", with sessions" : ""}`;
    Deno.test(`weak models: violations are those of the axiom for every three transactions: ${name}`, () => {
      let possible = 0;
      let runs = 0;
      const agree = (random: Random) => {
        const registers = registersOf(random, level);
        const found = violations(
          registers,
          level,
          hasSessions ? registers.before : undefined,
        );
        assert.ok(found);
        const expected = isPossible(registers, level, hasSessions);
        assert.equal(found.length === 0, expected);
        for (const steps of found) {
          steps.forEach(({ to }, i) =>
            assert.equal(to, steps[(i + 1) % steps.length].from)
          );
        }
        runs++;
        if (expected) possible++;
      };
      const small = randoms({ txns: 12, sessions: 4, keys: 4 });
      fc.assert(fc.property(small, agree), { numRuns: 1000 });
      // Many writers of a key, in many sessions.
      const large = randoms({ txns: 150, sessions: 90, keys: 2 });
      fc.assert(fc.property(large, agree), { numRuns: 30 });
      assert.ok(possible > runs / 20 && possible < runs * 19 / 20);
    });
  }
}

// ---- models that nothing decides

Deno.test("weak models: one that nothing decides holds where a stronger one does, and is unknown else", () => {
  const longFork = `
    w x 1
    w y 1
    r x 1, r y _
    r x _, r y 1`;
  assert.equal(check("snapshot-isolation", longFork).valid, false);
  for (const model of ["parallel-snapshot-isolation", "consistent-view"]) {
    const right = check(model, "w x 1\nw y 1\nr x 1, r y 1");
    assert.equal(right.valid, true, model);
    const open = check(model, longFork);
    assert.equal(open.valid, "unknown", model);
    assert.equal(open.asMaelstrom?.valid, true, model);
    assert.match(
      open.explanation?.join() ?? "",
      new RegExp(`does not decide whether it holds: ${model}\\.$`),
    );
    const broken = check(model, "w x 1, w y 1\nr x 1, r y _");
    assert.equal(broken.valid, false, model);
  }
});
