import assert from "node:assert/strict";
import fc from "fast-check";
import {
  consistencyModelNames,
  prohibitedAnomalies,
} from "../../../../workbench/checkers/dependencies/consistency_models.ts";
import {
  findCycles,
  Rel,
  type RelName,
} from "../../../../workbench/checkers/dependencies/cycles.ts";
import { Anomalies } from "../../../../workbench/checkers/anomalies.ts";
import { verdict } from "../../../../workbench/checkers/txn/result.ts";
import {
  components,
  EdgeList,
  Graph,
} from "../../../../workbench/checkers/dependencies/graph.ts";

type Edge = readonly [from: number, to: number, rel: RelName];

function graphOf(size: number, edges: readonly Edge[]): Graph {
  const list = new EdgeList();
  for (const [from, to, rel] of edges) list.push(from, to, Rel[rel]);
  return Graph.of(size, list);
}

const name = (rels: readonly RelName[]) => {
  const count = rels.filter((rel) => rel === "rw").length;
  const isAdjacent = rels.some((rel, i) =>
    rel === "rw" && rels.at(i - 1) === "rw"
  );
  const base = count > 1
    ? (isAdjacent ? "G2-item" : "G-nonadjacent-item")
    : count === 1
    ? "G-single-item"
    : rels.includes("wr")
    ? "G1c"
    : "G0";
  const time = rels.find((rel) => rel === "process" || rel === "realtime");
  return time === undefined ? base : `${base}-${time}`;
};

/** The names of all cycles, found by trying all paths. */
function allCycles(size: number, edges: readonly Edge[]): Set<string> {
  const found = new Set<string>();
  const extend = (start: number, path: readonly Edge[]) => {
    const at = path.at(-1)?.[1] ?? start;
    for (const edge of edges) {
      const [from, to] = edge;
      if (from !== at) continue;
      if (to === start) found.add(name([...path, edge].map(([, , r]) => r)));
      else if (to > start && path.every(([from]) => from !== to)) {
        extend(start, [...path, edge]);
      }
    }
  };
  for (let v = 0; v < size; v++) extend(v, []);
  return found;
}

/** The models that none of these anomalies contradicts. */
const allowing = (anomalies: ReadonlySet<string>) =>
  consistencyModelNames.filter((model) =>
    prohibitedAnomalies([model]).isDisjointFrom(anomalies)
  );

const SIZE = 6;
const vertex = fc.integer({ min: 0, max: SIZE - 1 });
/** Time has no cycles: it leads to higher numbers. */
const edgeWith = (time: "process" | "realtime") =>
  fc.tuple(
    vertex,
    vertex,
    fc.constantFrom<RelName>("ww", "wr", "rw", "rw", time),
  ).filter(([from, to]) => from !== to).map(([a, b, rel]): Edge =>
    rel === time ? [Math.min(a, b), Math.max(a, b), rel] : [a, b, rel]
  );
const edge = edgeWith("realtime");

for (const time of ["process", "realtime"] as const) {
  Deno.test(`cycles: what is found is there, and no model is spared, ${time}`, () => {
    fc.assert(
      fc.property(fc.array(edgeWith(time), { maxLength: 14 }), (edges) => {
        const expected = allCycles(SIZE, edges);
        const { cycles } = findCycles(graphOf(SIZE, edges));
        const found = new Set(cycles.map(({ type }) => type));
        assert.deepEqual(allowing(found), allowing(expected));
        for (const { type, steps } of cycles) {
          assert.ok(expected.has(type), type);
          assert.equal(name(steps.map(({ rel }) => rel)), type);
          steps.forEach(({ from, to, rel }, i) => {
            assert.equal(steps[(i + 1) % steps.length].from, to);
            // Steps of real time may stand for several.
            assert.ok(
              rel === "realtime"
                ? from < to
                : edges.some(([a, b, r]) =>
                  a === from && b === to && r === rel
                ),
            );
          });
        }
      }),
      { numRuns: 2000 },
    );
  });
}

Deno.test("cycles: components are those of the vertices that reach each other", () => {
  const edges = fc.array(edge, { maxLength: 12 });
  fc.assert(fc.property(edges, (edges) => {
    const reach = Array.from({ length: SIZE }, (_, v) => {
      const seen = new Set([v]);
      for (const x of seen) {
        for (const [a, b] of edges) if (a === x) seen.add(b);
      }
      return seen;
    });
    const { of } = components(graphOf(SIZE, edges), ~0);
    for (let v = 0; v < SIZE; v++) {
      for (let w = 0; w < SIZE; w++) {
        const isMutual = reach[v].has(w) && reach[w].has(v);
        assert.equal(of[v] === of[w], isMutual);
      }
    }
    for (const [from, to] of edges) assert.ok(of[from] >= of[to]);
  }));
});

Deno.test("cycles: a path of a hundred thousand transactions does not overflow", () => {
  const size = 100_000;
  const edges = Array.from(
    { length: size },
    (_, v): Edge => [v, (v + 1) % size, "ww"],
  );
  const { cycles } = findCycles(graphOf(size, edges));
  assert.deepEqual(cycles.map(({ type }) => type), ["G0"]);
  assert.equal(cycles[0].steps.length, size);
});

Deno.test("cycles: a search that takes too long leaves doubts, but no verdict", () => {
  // Every `b` must be followed to its end to see that no `a` can be reached.
  const length = 8000;
  const edges: Edge[] = [];
  const a = (i: number) => i;
  const b = (i: number) => length + i;
  const between = 2 * length;
  for (let i = 0; i < length - 1; i++) {
    edges.push([a(i), a(i + 1), "ww"], [b(i), b(i + 1), "ww"]);
  }
  for (let i = 0; i < length; i++) edges.push([a(i), b(i), "rw"]);
  edges.push([b(length - 1), between, "rw"], [between, a(0), "rw"]);
  const { cycles, isIncomplete } = findCycles(graphOf(between + 1, edges));
  assert.deepEqual(cycles.map(({ type }) => type), ["G2-item"]);
  assert.equal(isIncomplete, true);

  const validUnder = (model: string) =>
    verdict(new Anomalies(), { consistencyModels: [model] }, {
      isEmpty: false,
      isIncomplete,
    }).valid;
  assert.equal(validUnder("consistent-view"), "unknown");
  assert.equal(validUnder("snapshot-isolation"), true);
  assert.equal(validUnder("read-committed"), true);
});
