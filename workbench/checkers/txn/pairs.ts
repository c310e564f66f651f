/**
 * What must come before what in a commit order, and why.
 *
 * @module
 */
import { EdgeList, IntList } from "../dependencies/graph.ts";
import { type WayStep } from "../dependencies/ways.ts";
import { INITIAL } from "./registers.ts";

/** A step of a violation: why one transaction comes before the next. */
export interface WeakStep {
  readonly from: number;
  readonly to: number;
  /**
   * `so`: the session ran it before; `wr`: the other read from it; `ww`:
   * inferred from a read of what `to` wrote; `rw`: `from` read the initial state
   * of what `to` wrote.
   */
  readonly kind: "so" | "wr" | "ww" | "rw";
  /** The read at issue, as an index in `readKey`; -1 for `so`. */
  readonly read: number;
}

const kinds = ["so", "wr", "ww", "rw"] as const;
const kindNumber = { so: 0, wr: 1, ww: 2, rw: 3 } as const;

/** What comes before what, each pair with its reason. */
export class Pairs {
  /** The label is a kind, a read, and a bit that all have. */
  readonly edges = new EdgeList();
  /** Reads of the initial state, and writes that they must see. */
  readonly missed = { write: new IntList(), read: new IntList() };

  add(from: number, to: number, kind: WeakStep["kind"], read = -1): void {
    this.edges.push(from, to, (read + 1) << 3 | kindNumber[kind] << 1 | 1);
  }

  /** A read must see a write of `t2`, but reads what `t1` wrote. */
  infer(t2: number, t1: number, read: number): void {
    if (t1 !== INITIAL) this.add(t2, t1, "ww", read);
    else if (this.missed.read.length < SHOWN) {
      this.missed.write.push(t2);
      this.missed.read.push(read);
    }
  }
}

/** So many reads of the initial state are looked at more closely. */
const SHOWN = 64;

export function stepOf({ from, to, label }: WayStep): WeakStep {
  return { from, to, kind: kinds[label >> 1 & 3], read: (label >>> 3) - 1 };
}
