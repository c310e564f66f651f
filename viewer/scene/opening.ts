/**
 * Where to look at first: at what is wrong.
 *
 * @module
 */
import { type RunDocument } from "../run/document.ts";
import { type Scene, type Selection } from "./scene.ts";
import { spreadOf } from "./spread.ts";
import { around, type View, whole } from "./view.ts";

/** What came of a value later than this is not shown at first, in ms. */
const FIRST_SIGHT = 3000;

/** The stretch in which a finding is seen; the whole run if there is none. */
export function windowOf({ run, events }: Scene, finding: number): View {
  const { operations = [], subject } = run.findings[finding] ?? {};
  const [at] = operations;
  if (at === undefined) return whole(run.duration);
  const { start, end = start } = run.operations[at];
  if (subject === undefined || events === undefined) {
    const near = operations.flatMap((it) => timesOf(run, operation(it)))
      .filter((time) => Math.abs(time - start) < FIRST_SIGHT);
    return around([start, end, ...near], run.duration);
  }
  // How far it came, as far as that can be seen at once.
  const { messages, lanes } = spreadOf(events, subject);
  const { sent } = events.messages;
  let last = end;
  for (let i = 0; i < sent.length && sent[i] < start + FIRST_SIGHT; i++) {
    if (messages[i] === 1) last = Math.max(last, sent[i]);
  }
  const known = lanes.flatMap((spans) => spans.map(({ start }) => start))
    .filter((time) => time < start + FIRST_SIGHT);
  return around([start, last, ...known], run.duration);
}

const operation = (at: number): Selection => ({ kind: "operation", at });

/** The operation that shows a finding: what fits nowhere, or else the first. */
export function operationOf(
  run: RunDocument,
  finding: number,
): Selection | undefined {
  const { operations = [] } = run.findings[finding] ?? {};
  const stuck = new Set(
    run.evidence.flatMap((it) => it.kind === "linearization" ? it.stuck : []),
  );
  const at = operations.find((it) => stuck.has(it)) ?? operations[0];
  return at === undefined ? undefined : operation(at);
}

/** When something that can be chosen began and ended. */
export function timesOf(run: RunDocument, { kind, at }: Selection): number[] {
  if (kind === "message") {
    const { sent, ended } = run.messages ?? { sent: [], ended: [] };
    return [sent[at], Number.isNaN(ended[at]) ? sent[at] : ended[at]];
  }
  const { start, end = run.duration } = kind === "operation"
    ? run.operations[at]
    : run.faults[at];
  return [start, end];
}
