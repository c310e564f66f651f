/**
 * What a lesson is: a path from a naive program to a good one. Each step is a
 * program, a page of text, and claims, which tests/lessons_test.ts proves.
 *
 * @module
 */

/** The article that began all this praises the challenges for these. */
export type Theme = "consistency models" | "partial failures" | "latencies";

export interface Lesson {
  /** Its folder: `broadcast`. */
  readonly id: string;
  /** fly.io's: `3`. */
  readonly challenge: string;
  readonly title: string;
  readonly themes: readonly Theme[];
  /** What one learns, in a sentence. */
  readonly about: string;
  /** What its best program gives up when the network is cut: CAP, where it bites. */
  readonly givesUp: string;
  readonly steps: readonly Step[];
}

export interface Step {
  /** `1_tell_all` */
  readonly id: string;
  readonly title: string;
  /** Paths from the project's folder. */
  readonly program: string;
  readonly text: string;
  readonly claims: readonly Claim[];
}

/** Figures of a run; times in ms. */
export interface Figures {
  /** Messages between servers for each operation. */
  readonly msgsPerOp?: number;
  /** Stable latency where there is one, else of operations that ended ok. */
  readonly median?: number;
  readonly max?: number;
}

/** Something that a lesson says of its program, and that can be tried. */
export type Claim =
  & {
    /** What one sees, in a short sentence. */
    readonly title: string;
    /** `simulate`'s flags, but for the program and the seed. */
    readonly flags: string;
    /** What {@linkcode Fails} and the figures are of. */
    readonly seed: string;
    /** Each figure of that seed is below. */
    readonly below?: Figures;
    /** Each figure of that seed is above. */
    readonly above?: Figures;
  }
  & (Fails | Holds);

/** The seed fails so. */
export interface Fails {
  /** The anomaly, as a verdict names it. */
  readonly fails: string;
}

/** `SEED/1` to `SEED/N` are valid. */
export interface Holds {
  readonly valid: number;
}

/** The seed that a claim is seen at. */
export const seedOf = (claim: Claim): string =>
  "fails" in claim ? claim.seed : `${claim.seed}/1`;

/** The words of `simulate` that show a claim. */
export const wordsOf = (step: Step, claim: Claim): string[] => [
  ...["--program", step.program, "--seed", seedOf(claim)],
  ...claim.flags.split(" "), // last, since the node's own may end them
];

/**
 * Steps whose files lie in their lesson's folder, by their ids; the last one's
 * program may be the project's own.
 */
export const stepsIn = (
  folder: string,
  steps: readonly (Omit<Step, "program" | "text"> & Partial<Step>)[],
): Step[] =>
  steps.map((step) => ({
    program: `lessons/${folder}/${step.id}.ts`,
    text: `lessons/${folder}/${step.id}.md`,
    ...step,
  }));
