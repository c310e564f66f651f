import assert from "node:assert/strict";
import { Random } from "../../../../workbench/clock/random.ts";
import { Rel } from "../../../../workbench/checkers/dependencies/cycles.ts";
import { EdgeList } from "../../../../workbench/checkers/dependencies/graph.ts";
import {
  INITIAL,
  registersOf,
} from "../../../../workbench/checkers/txn/registers.ts";
import { prohibitedBy } from "../../../../workbench/checkers/txn/result.ts";
import { checkRwRegister } from "../../../../workbench/checkers/txn/rw_register.ts";
import { minimalCore } from "../../../../workbench/checkers/txn/solver/core.ts";
import { decide } from "../../../../workbench/checkers/txn/solver/decide.ts";
import {
  type Edge,
  isWitness,
  type Level,
  type Pair,
  type Problem,
  Situation,
} from "../../../../workbench/checkers/txn/solver/problem.ts";
import {
  type Proof,
  prove,
} from "../../../../workbench/checkers/txn/solver/prove.ts";
import { Sat } from "../../../../workbench/checkers/txn/solver/sat.ts";
import { decideOrder } from "../../../../workbench/checkers/txn/strong.ts";
import { transactions } from "../../../../workbench/checkers/txn/transactions.ts";
import { transactionHistory } from "../../../support/history.ts";

const levels: readonly Level[] = ["serializable", "snapshot-isolation"];

Deno.test("sat: finds a solution if and only if there is one, and a core if not", () => {
  const counts = { true: 0, false: 0 };
  for (let seed = 0; seed < 500; seed++) {
    const random = new Random(`sat/${seed}`);
    const variables = 3 + random.integer(6);
    const clauses = Array.from(
      { length: 2 + random.integer(6 * variables) },
      () =>
        Array.from(
          { length: 1 + random.integer(3) },
          () => random.integer(2 * variables),
        ),
    );
    const sat = new Sat();
    for (let v = 0; v < variables; v++) sat.addVariable(random.chance(0.5));
    const given = new Map<number, number[]>();
    let isPossible: boolean | undefined = true;
    // Each clause comes after the others were solved.
    for (const clause of clauses) {
      given.set(sat.addClause(clause), clause);
      isPossible = sat.solve(Infinity);
      if (!isPossible) break;
    }
    const all = [...given.values()];
    const value = (literal: number) =>
      sat.isTrue(literal >> 1) === (literal % 2 === 0);
    if (isPossible) assert.ok(all.every((clause) => clause.some(value)));
    else {
      const core = sat.core().map((c) => given.get(c) ?? []);
      assert.ok(!isSatisfiable(variables, core));
    }
    assert.equal(isPossible, isSatisfiable(variables, all));
    counts[`${isPossible === true}`]++;
  }
  assert.ok(counts.true > 100 && counts.false > 100);
});

function isSatisfiable(
  variables: number,
  clauses: readonly (readonly number[])[],
): boolean {
  for (let values = 0; values < 1 << variables; values++) {
    const isTrue = (it: number) => ((values >> (it >> 1)) + it) % 2 === 1;
    if (clauses.every((clause) => clause.some(isTrue))) return true;
  }
  return false;
}

/** Transactions that read whatever was or will be written. */
function randomProblem(seed: string): Problem {
  const random = new Random(seed);
  const count = 2 + random.integer(3);
  const keyCount = 1 + random.integer(3);
  const keys = Array.from({ length: keyCount }, (_, k) => k);
  const share = random.pick([0.3, 0.6]);
  const writes = Array.from(
    { length: count },
    () => keys.filter(() => random.chance(share)),
  );
  const reads = writes.map((_, t) =>
    keys.filter(() => random.chance(0.4)).map((key): [number, number] => {
      const writers = writes.flatMap((keys, other) =>
        other !== t && keys.includes(key) ? [other] : []
      );
      return [key, random.pick([INITIAL, ...writers, ...writers])];
    })
  );
  const known = new EdgeList();
  for (let b = 1; b < count; b++) {
    if (random.chance(0.3)) known.push(random.integer(b), b, Rel.process);
  }
  const starts = (lists: readonly (readonly unknown[])[]) =>
    Int32Array.from(
      [0, ...lists.map((_, t) => lists.slice(0, t + 1).flat().length)],
    );
  return {
    registers: {
      count,
      keyCount,
      readStart: starts(reads.map((all) => all.map(([key]) => key))),
      readKey: Int32Array.from(reads.flat(), ([key]) => key),
      readFrom: Int32Array.from(reads.flat(), ([, from]) => from),
      writeStart: starts(writes),
      writeKey: Int32Array.from(writes.flat()),
    },
    known,
    hasTimes: random.chance(0.5),
    hint: Int32Array.from(random.shuffle(writes.map((_, t) => t))),
  };
}

/** Tries all orders. */
function isPossible(problem: Problem, level: Level): boolean {
  const situation = new Situation(problem, level);
  const search = (order: readonly number[]): boolean => {
    if (order.length === situation.moments) {
      return isWitness(situation, Int32Array.from(order));
    }
    for (let moment = 0; moment < situation.moments; moment++) {
      const t = situation.txnOf(moment);
      const isEarly = moment !== situation.begin(t) &&
        !order.includes(situation.begin(t));
      if (isEarly || order.includes(moment)) continue;
      if (search([...order, moment])) return true;
    }
    return false;
  };
  return search([]);
}

/** Fails if a step of a proof does not follow. */
function verify({ inferred, end }: Proof, assumed: readonly Pair[]): void {
  const known = [...assumed];
  for (const { pair: [a, b], otherwise } of inferred) {
    verifyCycle(otherwise, [...known, [b, a]]);
    known.push([a, b]);
  }
  if ("cycle" in end) return verifyCycle(end.cycle, known);
  const [a, b] = end.pair;
  verify(end.before, [...known, [a, b]]);
  verify(end.after, [...known, [b, a]]);
}

function verifyCycle(cycle: readonly Edge[], known: readonly Pair[]): void {
  assert.ok(cycle.length > 1);
  cycle.forEach(({ from, given }, i) => {
    assert.equal(from, cycle.at(i - 1)?.to);
    if (given === undefined) return;
    const [a, b] = given;
    assert.ok(known.some((pair) => pair[0] === a && pair[1] === b));
  });
}

for (const level of levels) {
  Deno.test(`solver: ${level}: finds an order if and only if there is one, and a proof if not`, () => {
    const counts = { possible: 0, impossible: 0 };
    for (let seed = 0; seed < 400; seed++) {
      const problem = randomProblem(`solver/${seed}`);
      const decision = decide(problem, level);
      assert.equal(decision.valid, isPossible(problem, level), `${seed}`);
      if (decision.valid !== false) {
        counts.possible++;
        continue;
      }
      counts.impossible++;
      const core = minimalCore(problem, level, decision.cycles);
      const proof = prove(core.problem, level);
      assert.ok(proof !== undefined);
      verify(proof, []);
    }
    assert.ok(counts.possible > 80, JSON.stringify(counts));
    assert.ok(counts.impossible > 80, JSON.stringify(counts));
  });
}

const check = (model: string, text: string) =>
  checkRwRegister(transactionHistory(text), { consistencyModels: [model] });

/** Each order of x and y contradicts what two of the readers saw. */
const eitherWay = `
  w x 1, w a 1
  w x 2, w b 1
  w y 1, w c 1
  w y 2, w d 1
  r x 1, r d 1
  r y 1, r b 1
  r x 1, r c 1
  r y 2, r b 1
  r x 2, r d 1
  r y 1, r a 1
  r x 2, r c 1
  r y 2, r a 1`;

Deno.test("solver: where it takes two cases, both are told", () => {
  for (const model of ["serializable", "snapshot-isolation"]) {
    const { valid, anomalies = [], ...result } = check(model, eitherWay);
    assert.equal(valid, false);
    assert.deepEqual(anomalies.map(({ type }) => type), ["G-nonadjacent-item"]);
    const text = result.explanation?.[0] ?? "";
    assert.match(text, /- either T1 wrote key "x" before T2 did:/);
    assert.match(text, /- or after it:/);
  }
});

Deno.test("solver: what takes two cases is minimal, and all else is left out", () => {
  const lines = eitherWay.trim().split("\n");
  // Those that only read.
  for (let i = 4; i < lines.length; i++) {
    const { valid } = check("serializable", lines.toSpliced(i, 1).join("\n"));
    assert.equal(valid, true);
  }
  const more = `${eitherWay}\n  w z 1\n  r z 1, w z 2\n  r z 2, r x 2`;
  const [anomaly] = check("serializable", more).anomalies ?? [];
  assert.equal(anomaly.operations?.length, lines.length);
});

Deno.test("solver: a search that is given up says so, and is not called valid", () => {
  const txns = transactions(transactionHistory(eitherWay), "w");
  const happened = new Uint8Array(txns.count).fill(1);
  const registers = registersOf(
    txns,
    happened,
    (version) =>
      txns.ops.findIndex((_, t) => {
        const micro = Array.from(
          { length: txns.start[t + 1] - txns.start[t] },
          (_, i) => txns.start[t] + i,
        );
        return micro.some((m) =>
          txns.isWrite[m] === 1 && txns.version[m] === version
        );
      }),
  );
  const { holding, undecided } = decideOrder(
    txns,
    registers,
    prohibitedBy({ consistencyModels: ["serializable"] }),
    undefined,
    1,
  );
  assert.deepEqual(holding, []);
  assert.match(
    undecided.join(),
    /^serializable \(1 order of the 12 transactions was tried/,
  );
});

const violations: Readonly<Record<string, string>> = {
  "strict-serializable": `
    w x 1

    w x 2

    r x 1`,
  "strong-snapshot-isolation": `
    w x 1

    w x 2

    r x 1`,
  "serializable": `
    w x 1, r v _
    w x 2, r z _
    w z 1
    w v 1
    r x 1, r z 1
    r x 2, r v 1`,
};

for (const [model, text] of Object.entries(violations)) {
  Deno.test(`solver: ${model}: what Elle misses is found, and all is told`, () => {
    const { valid, asMaelstrom, explanation = [], evidence = [] } = check(
      model,
      text,
    );
    assert.equal(valid, false);
    assert.equal(asMaelstrom?.valid, true);
    assert.match(explanation[0], /were it the other way round:\n/);
    assert.equal(evidence[0].kind, "cycle");
  });
}

Deno.test("solver: null that was written can't be told from nothing", () => {
  const { valid, explanation } = check(
    "strict-serializable",
    `
    w x 1

    w x _, w y 1

    r x _, r y 1`,
  );
  assert.equal(valid, "unknown");
  assert.match(explanation?.join("\n") ?? "", /null was written to key "x"/);
});
