/**
 * The models that `weak.ts` decides, by their names, and its violations in
 * words.
 *
 * @module
 */
import { who } from "../../load/history.ts";
import { stringifyJson } from "../../json.ts";
import { type Anomalies, type Instance } from "../anomalies.ts";
import { describe, type Reason } from "../dependencies/told.ts";
import { type Ways } from "../dependencies/ways.ts";
import { show } from "../words.ts";
import { INITIAL, type Registers } from "./registers.ts";
import { NIL, transactionOf, type Transactions } from "./transactions.ts";
import { type WeakStep } from "./pairs.ts";
import {
  certainWays,
  type Level,
  violations,
  type WeakDecision,
} from "./weak.ts";

interface Model {
  readonly level: Level;
  readonly hasSessions: boolean;
  /** What its violations are called. */
  readonly anomaly: string;
}

/**
 * Those with a session's order are Biswas and Enea's as published; those
 * without are what Adya, Bailis et al. and Cerone et al. name so. The first ones
 * are looked at first to name a violation.
 */
const models: Readonly<Record<string, Model>> = {
  "monotonic-atomic-view": {
    level: "monotonic",
    hasSessions: false,
    anomaly: "observed-transaction-vanishes",
  },
  "read-atomic": {
    level: "atomic",
    hasSessions: false,
    anomaly: "fractured-read",
  },
  "strong-session-monotonic-atomic-view": {
    level: "monotonic",
    hasSessions: true,
    anomaly: "observed-transaction-vanishes-process",
  },
  "strong-session-read-atomic": {
    level: "atomic",
    hasSessions: true,
    anomaly: "fractured-read-process",
  },
  "causal-cerone": {
    level: "causal",
    hasSessions: false,
    anomaly: "causality-violation",
  },
  "causal": {
    level: "causal",
    hasSessions: true,
    anomaly: "causality-violation-process",
  },
};

/** These anomalies, which Elle does not infer. */
export const inferredAnomalies: readonly string[] = [
  ...Object.values(models).map(({ anomaly }) => anomaly),
  "session-order-violation",
];

/**
 * Decides the models among those asked for. Adds the violations of the weakest
 * one that does not hold.
 *
 * @param asked with all the weaker ones
 */
export function decideWeak(
  txns: Transactions,
  registers: Registers,
  asked: ReadonlySet<string>,
  anomalies: Anomalies,
): WeakDecision {
  const names = Object.keys(models).filter((name) => asked.has(name));
  const holding = new Set<string>();
  const undecided = new Set<string>();
  if (names.length === 0) return { holding, undecided };
  const { before } = registers;
  const implies = (strong: Model, weak: Model) =>
    rank(weak) <= rank(strong) && (strong.hasSessions || !weak.hasSessions);
  const holds = (strong: Model) => {
    for (const name of names) {
      if (implies(strong, models[name])) holding.add(name);
    }
  };
  // Sessions make causal consistency cheap to decide; as a rule, it holds.
  const isCausalAsked = names.some((name) => models[name].level === "causal");
  const strongest = isCausalAsked
    ? violations(registers, "causal", before)
    : undefined;
  if (strongest?.length === 0) holds(models.causal);
  for (const name of names) {
    if (holding.has(name)) continue;
    const model = models[name];
    const found = name === "causal" ? strongest : violations(
      registers,
      model.level,
      model.hasSessions ? before : undefined,
    );
    if (found === undefined) undecided.add(name);
    else if (found.length === 0) holds(model);
    else {
      const told = new Telling(txns, registers, model);
      for (const steps of found) {
        anomalies.add(model.anomaly, () => told.instance(steps));
      }
      break;
    }
  }
  return { holding, undecided };
}

const rank = ({ level }: Model) =>
  ["monotonic", "atomic", "causal"].indexOf(level);

const relations = { so: "process", wr: "wr", ww: "ww", rw: "rw" } as const;

/** Violations in words. */
class Telling {
  #ways?: Ways;

  constructor(
    private readonly txns: Transactions,
    private readonly registers: Registers,
    private readonly model: Model,
  ) {}

  instance(steps: readonly WeakStep[]): Instance {
    const { txnOf } = this.registers;
    const cycle = steps.map(({ from, to, kind }) => ({
      from: txnOf[from],
      to: txnOf[to],
      rel: relations[kind],
    }));
    const names = new Map(steps.map(({ from }, i) => [from, `T${i + 1}`]));
    return describe(
      this.txns,
      { type: this.model.anomaly, steps: cycle },
      (before) => {
        const step = steps.find(({ from }) => txnOf[from] === before);
        if (step === undefined) throw new RangeError(`no step from ${before}`);
        return this.#reason(step, names);
      },
    );
  }

  #reason({ from, to, kind, read }: WeakStep, names: Names): Reason {
    const { readKey, readFrom } = this.registers;
    const key = this.txns.keys[readKey[read]];
    const name = stringifyJson(key);
    const shown = this.#written(readFrom[read], readKey[read]);
    if (kind === "wr") {
      return {
        key,
        value: shown,
        words: (a, b) =>
          `${b} read ${stringifyJson(shown)} of key ${name}, which ${a} wrote`,
      };
    }
    const missed = this.#written(kind === "rw" ? to : from, readKey[read]);
    const missedText = stringifyJson(missed);
    if (kind === "rw") {
      return {
        key,
        value: null,
        "value'": missed,
        words: (a, b) =>
          `${a} read the initial state of key ${name}, and ${b} wrote ` +
          missedText,
      };
    }
    const witness = transactionOf(this.registers.readStart, read);
    const sees = this.#sees(witness, from, read, names);
    return {
      key,
      value: missed,
      "value'": shown,
      witness: this.#op(witness).index,
      words: (a, b) =>
        `${this.#name(witness, names)}, which ${sees}, read ` +
        `${stringifyJson(shown)} of key ${name}, which ${b} wrote, and not ` +
        `${missedText}, which ${a} wrote`,
    };
  }

  /** Why a transaction must see another one. */
  #sees(t: number, other: number, read: number, names: Names): string {
    const { before, readStart, readKey, readFrom, sessionOf } = this.registers;
    const a = this.#name(other, names);
    const { level, hasSessions } = this.model;
    const end = level === "monotonic" ? read : readStart[t + 1];
    for (let r = readStart[t]; r < end; r++) {
      if (readFrom[r] !== other) continue;
      const value = this.#written(other, readKey[r]);
      return `${level === "monotonic" ? "before that had " : ""}read ` +
        `${stringifyJson(value)} of key ` +
        `${stringifyJson(this.txns.keys[readKey[r]])} from ${a}`;
    }
    if (hasSessions && sessionOf[t] === sessionOf[other]) {
      return `process ${this.#op(t).process} ran after ${a}`;
    }
    this.#ways ??= certainWays(
      this.registers,
      hasSessions ? before : undefined,
    );
    const between = (this.#ways.shortest(other, t) ?? []).slice(1)
      .map(({ from }) => this.#name(from, names));
    return `depends on ${a} by way of ${elided(between)}`;
  }

  #op(t: number) {
    return this.txns.ops[this.registers.txnOf[t]];
  }

  /** `T1`, if it is in the cycle. */
  #name(t: number, names: Names): string {
    const op = this.#op(t);
    return names.get(t) ?? `op ${op.index} of ${who(op)} ${show(op.value)}`;
  }

  #written(t: number, key: number): unknown {
    return writtenBy(this.txns, this.registers, t, key);
  }
}

/** What a transaction left of a key; null for the initial state. */
export function writtenBy(
  { start, isWrite, key: keys, version, values }: Transactions,
  { txnOf }: Registers,
  t: number,
  key: number,
): unknown {
  if (t === INITIAL) return null;
  const txn = txnOf[t];
  for (let m = start[txn + 1] - 1; m >= start[txn]; m--) {
    if (isWrite[m] === 0 || keys[m] !== key) continue;
    return version[m] === NIL ? null : values[version[m]];
  }
  return null;
}

type Names = ReadonlyMap<number, string>;

function elided(names: readonly string[]): string {
  const most = 4;
  if (names.length <= most) return names.join(", then ");
  return `${names.slice(0, 2).join(", then ")}, then ${names.length - 3} ` +
    `more, then ${names[names.length - 1]}`;
}
