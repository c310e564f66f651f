/**
 * What holds of a cluster at a moment: who runs, and who hears whom.
 *
 * @module
 */
import { type Fault, type RunDocument } from "../../viewer/run/document.ts";
import { lowerBound } from "../../viewer/scene/spans.ts";

export interface NodeState {
  readonly is: "up" | "down" | "paused";
  /** From 1: how often it has been started. */
  readonly life: number;
  /** Whether a hand did it that it is down or paused. */
  readonly byHand: boolean;
}

/** A link between two nodes of which one does not hear the other. */
export interface Cut {
  readonly link: readonly [string, string];
  /** Which of its ends do not hear the other. */
  readonly deaf: readonly string[];
  /** Whether a hand cut it: only a hand heals that. */
  readonly byHand: boolean;
}

export interface ClusterState {
  readonly nodes: ReadonlyMap<string, NodeState>;
  /** By their {@linkcode linkKey}. */
  readonly cuts: ReadonlyMap<string, Cut>;
  /** What is in force: positions among the run's faults. */
  readonly faults: readonly number[];
}

/** The same for both directions. */
export const linkKey = (a: string, b: string): string =>
  a < b ? `${a} ${b}` : `${b} ${a}`;

const UP: NodeState = { is: "up", life: 1, byHand: false };

/** The states of a cluster, each from one begin or end of a fault to the next. */
export class States {
  static readonly #known = new WeakMap<RunDocument, States>();

  /** Of the same run always the same. */
  static of(run: RunDocument): States {
    return States.#known.getOrInsertComputed(run, () => new States(run));
  }

  /** When something begins or ends. */
  readonly #edges: Float64Array;
  readonly #states = new Map<number, ClusterState>();

  private constructor(private readonly run: RunDocument) {
    const edges = run.faults.flatMap(({ start, end = Infinity }) => [
      start,
      end,
    ]);
    this.#edges = Float64Array.from(new Set(edges)).sort();
  }

  at(time: number): ClusterState {
    // Up to the first edge it is all well.
    const edge = lowerBound(this.#edges, time, true) - 1;
    return this.#states.getOrInsertComputed(
      edge,
      () => stateAt(this.run, this.#edges[edge] ?? -Infinity),
    );
  }
}

function stateAt({ nodes: ids, faults }: RunDocument, time: number) {
  const nodes = new Map(ids.map((id) => [id, UP]));
  const cuts = new Map<string, Cut>();
  const inForce: number[] = [];
  const change = (id: string, some: Partial<NodeState>) => {
    const before = nodes.get(id);
    if (before !== undefined) nodes.set(id, { ...before, ...some });
  };
  for (const [i, fault] of faults.entries()) {
    if (fault.start > time) continue;
    const { kind, byHand = false, unheard = {} } = fault;
    if (!isInForce(fault, time)) {
      if (kind !== "kill") continue;
      for (const id of fault.nodes) {
        change(id, { life: (nodes.get(id) ?? UP).life + 1 });
      }
      continue;
    }
    inForce.push(i);
    for (const id of fault.nodes) {
      if (kind === "kill") change(id, { is: "down", byHand });
      if (kind === "pause" && nodes.get(id)?.is === "up") {
        change(id, { is: "paused", byHand });
      }
    }
    for (const [to, sources] of Object.entries(unheard)) {
      for (const from of sources) {
        const key = linkKey(to, from);
        // A hand's has to be healed by a hand, whatever else is in force.
        const before = cuts.get(key);
        const isByHand = byHand || (before?.byHand ?? false);
        const deaf = [...new Set([...before?.deaf ?? [], to])];
        cuts.set(key, { link: [to, from], deaf, byHand: isByHand });
      }
    }
  }
  return { nodes, cuts, faults: inForce };
}

const isInForce = ({ start, end = Infinity }: Fault, time: number) =>
  start <= time && time < end;
