/** Scripts of faults, as a hand might write them. */
import fc from "fast-check";
import { type FaultStep } from "../../workbench/cluster/fault_script.ts";

/**
 * Steps for a cluster: also such that find nothing to do, and in any order.
 *
 * @param until ms, after which there are none
 * @param messages ids are below this
 */
export function scriptsFor(
  nodes: readonly string[],
  until: number,
  messages: number,
): fc.Arbitrary<FaultStep[]> {
  const at = fc.oneof(
    fc.double({ min: 0, max: until, noNaN: true })
      .map((it) => it === 0 ? 0 : it), // JSON has no -0
    fc.integer({ min: 0, max: Math.floor(until / 100) }).map((n) => n * 100),
  );
  const node = fc.constantFrom(...nodes);
  const link = fc.shuffledSubarray([...nodes], { minLength: 2, maxLength: 2 })
    .map(([a, b]): [string, string] => [a, b]);
  const message = fc.nat(messages - 1);
  const kinds = <T extends string>(...names: T[]) => fc.constantFrom(...names);
  const longer = fc.integer({ min: 1, max: 60_000 });
  const further = fc.oneof(
    fc.integer({ min: 1, max: 5000 }),
    fc.integer({ min: -5000, max: -1 }),
  );
  const step: fc.Arbitrary<FaultStep> = fc.oneof(
    fc.tuple(at, kinds("kill", "start", "pause", "resume"), node)
      .map(([at, kind, node]) => ({ at, do: kind, node })),
    fc.tuple(at, kinds("cut", "heal"), link)
      .map(([at, kind, link]) => ({ at, do: kind, link })),
    fc.tuple(at, kinds("drop", "duplicate"), message)
      .map(([at, kind, message]) => ({ at, do: kind, message })),
    fc.tuple(at, message, longer)
      .map(([at, message, by]) => ({ at, do: "delay" as const, message, by })),
    fc.tuple(at, node, further)
      .map(([at, node, by]) => ({ at, do: "skew" as const, node, by })),
  );
  return fc.array(
    step,
    { maxLength: 30, size: "max" },
  );
}
