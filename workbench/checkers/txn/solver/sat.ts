/**
 * A small solver of propositional clauses that learns from conflicts: two
 * watched literals (Moskewicz et al., Chaff, DAC 2001), first unique implication
 * points (Marques-Silva and Sakallah, GRASP, 1996), variables of late conflicts
 * first (Ryan's move to front, as in Biere and Fröhlich, Evaluating CDCL Variable
 * Scoring Schemes, SAT 2015). It makes the same decisions whenever it is asked
 * the same.
 *
 * Literals are numbers: `2 * variable`, and one more for its negation.
 *
 * @module
 */
const NONE = -1;

interface Clause {
  /** The first two are watched. */
  readonly literals: Int32Array;
  /** Of what it was learnt, as numbers of clauses; empty if it was given. */
  readonly parents: readonly number[];
}

/** Clauses come at any time; each `solve` goes on where the last one ended. */
export class Sat {
  readonly #clauses: Clause[] = [];
  readonly #watches: number[][] = [];
  /** By variable: 1 true, -1 false, 0 open. */
  readonly #value: number[] = [];
  /** What a variable was last, and is tried as first. */
  readonly #phase: number[] = [];
  readonly #level: number[] = [];
  readonly #reason: number[] = [];
  readonly #trail: number[] = [];
  /** By level above 0, where the trail began it. */
  readonly #levels: number[] = [];
  readonly #order = new Recency();
  /** So much of the trail has been propagated. */
  #propagated = 0;
  /** The number of the clause that can't be satisfied, if there is one. */
  #impossible = NONE;
  /** Work done, in looks at watched clauses. */
  steps = 0;

  /** @param phase how it is tried first */
  addVariable(phase: boolean): number {
    const variable = this.#value.push(0) - 1;
    this.#watches.push([], []);
    this.#phase.push(phase ? 1 : -1);
    this.#level.push(0);
    this.#reason.push(NONE);
    this.#order.add();
    return variable;
  }

  /** Whether a variable was true in the last solution. */
  isTrue(variable: number): boolean {
    return this.#phase[variable] > 0;
  }

  /** @returns its number, see {@linkcode core} */
  addClause(literals: readonly number[]): number {
    this.#backtrack(0);
    return this.#attach(Int32Array.from(new Set(literals)), []);
  }

  /**
   * Whether all clauses can be satisfied; undefined if that was not found out
   * before `steps` reached the limit.
   */
  solve(limit: number): boolean | undefined {
    while (this.#impossible === NONE) {
      const conflict = this.#propagate();
      if (conflict !== NONE) this.#learn(conflict);
      else {
        if (this.steps > limit) return undefined;
        const variable = this.#order.next(this.#value);
        if (variable === NONE) {
          this.#value.forEach((value, v) => this.#phase[v] = value);
          return true;
        }
        this.#levels.push(this.#trail.length);
        this.#assign(
          2 * variable + (this.#phase[variable] > 0 ? 0 : 1),
          NONE,
        );
      }
    }
    return false;
  }

  /** After `solve` said no: the numbers of given clauses that exclude it. */
  core(): number[] {
    const seen = new Set<number>([this.#impossible]);
    const given: number[] = [];
    for (const c of seen) {
      const { parents } = this.#clauses[c];
      if (parents.length === 0) given.push(c);
      for (const parent of parents) seen.add(parent);
    }
    return given.sort((a, b) => a - b);
  }

  #of(literal: number): number {
    const value = this.#value[literal >> 1];
    return literal % 2 === 0 ? value : -value;
  }

  /** Takes a clause in, at level 0 or right after a backjump. */
  #attach(literals: Int32Array, parents: readonly number[]): number {
    const number = this.#clauses.push({ literals, parents }) - 1;
    // Those that are not false first, then the ones that became so last.
    const rank = (literal: number) =>
      this.#of(literal) < 0 ? this.#level[literal >> 1] : Infinity;
    literals.sort((a, b) => rank(b) === rank(a) ? a - b : rank(b) - rank(a));
    if (literals.length > 1) {
      this.#watches[literals[0]].push(number);
      this.#watches[literals[1]].push(number);
    }
    if (literals.length === 0) this.#impossible = number;
    else if (this.#of(literals[0]) < 0) this.#refute(number);
    else if (
      this.#of(literals[0]) === 0 &&
      (literals.length === 1 || this.#of(literals[1]) < 0)
    ) this.#assign(literals[0], number);
    return number;
  }

  /** A clause is false at level 0: so it is with all that made it so. */
  #refute(clause: number): void {
    const parents = new Set([clause]);
    for (const literal of this.#clauses[clause].literals) {
      this.#addReasons(literal >> 1, parents);
    }
    this.#attach(new Int32Array(0), [...parents]);
  }

  #assign(literal: number, reason: number): void {
    const variable = literal >> 1;
    this.#value[variable] = literal % 2 === 0 ? 1 : -1;
    this.#level[variable] = this.#levels.length;
    this.#reason[variable] = reason;
    this.#trail.push(literal);
  }

  #backtrack(level: number): void {
    if (this.#levels.length <= level) return;
    const keep = this.#levels[level];
    for (const literal of this.#trail.splice(keep)) {
      const variable = literal >> 1;
      this.#phase[variable] = this.#value[variable];
      this.#value[variable] = 0;
      this.#order.reopen(variable);
    }
    this.#levels.length = level;
    this.#propagated = Math.min(this.#propagated, keep);
  }

  /** @returns a clause all of whose literals are false, or none */
  #propagate(): number {
    while (this.#propagated < this.#trail.length) {
      const falsified = this.#trail[this.#propagated++] ^ 1;
      const watches = this.#watches[falsified];
      let kept = 0;
      for (let i = 0; i < watches.length; i++) {
        const c = watches[i];
        const { literals } = this.#clauses[c];
        this.steps++;
        if (literals[0] === falsified) {
          literals[0] = literals[1];
          literals[1] = falsified;
        }
        const first = this.#of(literals[0]);
        const other = first > 0
          ? NONE
          : literals.findIndex((it, j) => j > 1 && this.#of(it) >= 0);
        if (other > 0) {
          literals[1] = literals[other];
          literals[other] = falsified;
          this.#watches[literals[1]].push(c);
          continue;
        }
        watches[kept++] = c;
        if (first > 0) continue;
        if (first === 0) this.#assign(literals[0], c);
        else {
          for (i++; i < watches.length; i++) watches[kept++] = watches[i];
          watches.length = kept;
          return c;
        }
      }
      watches.length = kept;
    }
    return NONE;
  }

  /** Learns a clause of a conflict, and goes back to where it matters first. */
  #learn(conflict: number): void {
    const level = this.#levels.length;
    if (level === 0) return this.#refute(conflict);
    const seen = new Set<number>();
    const parents = new Set([conflict]);
    const learnt: number[] = [];
    let open = 0;
    let place = this.#trail.length;
    const see = (clause: number) => {
      for (const literal of this.#clauses[clause].literals) {
        const variable = literal >> 1;
        if (seen.has(variable) || this.#of(literal) > 0) continue;
        seen.add(variable);
        if (this.#level[variable] === level) open++;
        else if (this.#level[variable] > 0) learnt.push(literal);
        else this.#addReasons(variable, parents);
      }
    };
    see(conflict);
    for (;;) {
      let literal: number;
      do literal = this.#trail[--place]; while (!seen.has(literal >> 1));
      if (--open === 0) {
        learnt.push(literal ^ 1);
        break;
      }
      const reason = this.#reason[literal >> 1];
      parents.add(reason);
      see(reason);
    }
    const back = learnt.slice(0, -1)
      .reduce((most, it) => Math.max(most, this.#level[it >> 1]), 0);
    this.#backtrack(back);
    this.#order.bump([...seen]);
    this.#attach(Int32Array.from(learnt), [...parents]);
  }

  /** The clauses by which a variable of level 0 has its value. */
  #addReasons(variable: number, parents: Set<number>): void {
    const todo = [variable];
    for (const v of todo) {
      const reason = this.#reason[v];
      if (reason === NONE || parents.has(reason)) continue;
      parents.add(reason);
      for (const it of this.#clauses[reason].literals) todo.push(it >> 1);
    }
  }
}

/** Variables, those of the latest conflicts first. */
class Recency {
  readonly #newer: number[] = [];
  readonly #older: number[] = [];
  /** When each was moved to the front. */
  readonly #moved: number[] = [];
  #first = NONE;
  #moves = 0;
  /** No newer one is open. */
  #place = NONE;

  add(): void {
    const variable = this.#newer.push(NONE) - 1;
    this.#older.push(NONE);
    this.#moved.push(0);
    this.#toFront(variable);
    this.#place = variable;
  }

  next(value: readonly number[]): number {
    while (this.#place !== NONE && value[this.#place] !== 0) {
      this.#place = this.#older[this.#place];
    }
    return this.#place;
  }

  reopen(variable: number): void {
    const isNewer = this.#place === NONE ||
      this.#moved[variable] > this.#moved[this.#place];
    if (isNewer) this.#place = variable;
  }

  /** The newest of them stay newest. */
  bump(variables: number[]): void {
    variables.sort((a, b) => this.#moved[a] - this.#moved[b]);
    for (const variable of variables) {
      if (this.#first === variable) continue;
      const newer = this.#newer[variable];
      const older = this.#older[variable];
      if (this.#place === variable) this.#place = newer;
      this.#older[newer] = older;
      if (older !== NONE) this.#newer[older] = newer;
      this.#toFront(variable);
    }
    this.#place = this.#first;
  }

  #toFront(variable: number): void {
    this.#moved[variable] = ++this.#moves;
    this.#older[variable] = this.#first;
    this.#newer[variable] = NONE;
    if (this.#first !== NONE) this.#newer[this.#first] = variable;
    this.#first = variable;
  }
}
