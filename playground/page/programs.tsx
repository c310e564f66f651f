/**
 * The program that the nodes run: which, and its text, to be changed.
 *
 * @module
 */
import { relative, resolve } from "pathe";
import { useMemo } from "preact/hooks";
import { type Catalog } from "../run/catalog.ts";
import { type Plan, programOf } from "../run/plan.ts";
import { Editor, KEYS, type Mark } from "./editor.tsx";
import { type Failure } from "../run/protocol.ts";

interface Props {
  readonly programs: Catalog["programs"];
  readonly plan: Plan;
  readonly setPlan: (plan: Plan) => void;
  readonly failure: Failure | undefined;
  readonly run: () => void;
}

export function Programs({ programs, plan, setPlan, failure, run }: Props) {
  const path = programOf(plan.run);
  const original = programs[path] ?? "";
  const text = plan.edits[path] ?? original;
  const mark = useMemo(() => markOf(failure, path), [failure, path]);
  const change = (text: string) => {
    const { [path]: _, ...others } = plan.edits;
    const edits = text === original ? others : { ...others, [path]: text };
    setPlan({ ...plan, edits });
  };
  return (
    <section class="program" aria-label="Program">
      <span class="row">
        <select
          aria-label="Program"
          value={path}
          onChange={({ currentTarget: { value } }) =>
            setPlan({
              ...plan,
              run: { ...plan.run, program: resolve(value) },
            })}
        >
          {Object.keys(programs).map((it) => (
            <option key={it} value={it}>{relative("", it)}</option>
          ))}
        </select>
        <button type="button" class="run" onClick={run}>
          Run <kbd>{isMac ? "⌘" : "Ctrl"} ⏎</kbd>
        </button>
      </span>
      <Editor
        name={path}
        text={text}
        original={original}
        mark={mark}
        change={change}
        run={run}
      />
      <p class="row foot">
        <span class="grey leaving">{KEYS}</span>
        {text !== original && (
          <span>
            changed{" "}
            <button type="button" class="link" onClick={() => change(original)}>
              as it was
            </button>
          </span>
        )}
      </p>
    </section>
  );
}

const isMac = navigator.platform.startsWith("Mac");

/** Where the text has what can't be run, or threw. */
function markOf(failure: Failure | undefined, path: string): Mark | undefined {
  if (failure?.line === undefined || failure.file !== path) return undefined;
  const { line, column, message } = failure;
  return { line, column, message };
}
