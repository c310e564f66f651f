/**
 * What a bench measures: figures, each held against a target.
 *
 * @module
 */

/** A figure, what it is held against, and whether it gets there. */
export interface Row {
  /** The part of the project, such as `broadcast`. */
  readonly area: string;
  readonly figure: string;
  readonly value: number;
  readonly unit: string;
  /** Such as `<= 2.8`. */
  readonly target: string;
  /** Where the target comes from: a peer, a limit, a published number. */
  readonly peer: string;
  readonly pass: boolean;
}

type Measured = Pick<Row, "area" | "figure" | "value" | "unit" | "peer">;

export function atMost(limit: number, row: Measured): Row {
  return { ...row, target: `<= ${limit}`, pass: row.value <= limit };
}

export function atLeast(limit: number, row: Measured): Row {
  return { ...row, target: `>= ${limit}`, pass: row.value >= limit };
}

/** A figure for orientation: there is nothing it must reach. */
export function noTarget(row: Measured): Row {
  return { ...row, target: "-", pass: true };
}
