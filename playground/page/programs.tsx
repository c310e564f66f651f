/**
 * The program that the nodes run: which, and its text, to be changed.
 *
 * @module
 */
import { relative, resolve } from "pathe";
import { type Catalog } from "../run/catalog.ts";
import { type Plan, programOf } from "../run/plan.ts";
import { type Failure } from "../run/protocol.ts";

interface Props {
  readonly programs: Catalog["programs"];
  readonly plan: Plan;
  readonly setPlan: (plan: Plan) => void;
  readonly failure: Failure | undefined;
  readonly run: () => void;
}

export function Programs({ programs, plan, setPlan, run }: Props) {
  const path = programOf(plan.run);
  const original = programs[path] ?? "";
  const text = plan.edits[path] ?? original;
  const change = (text: string) => {
    const { [path]: _, ...others } = plan.edits;
    const edits = text === original ? others : { ...others, [path]: text };
    setPlan({ ...plan, edits });
  };
  return (
    <section class="program" aria-label="Program">
      <select
        aria-label="Program"
        value={path}
        onChange={({ currentTarget: { value } }) =>
          setPlan({ ...plan, run: { ...plan.run, program: resolve(value) } })}
      >
        {Object.keys(programs).map((it) => (
          <option key={it} value={it}>{relative("", it)}</option>
        ))}
      </select>
      <textarea
        spellcheck={false}
        rows={24}
        value={text}
        onInput={({ currentTarget: { value } }) => change(value)}
        onKeyDown={(event) => {
          if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) run();
        }}
      />
    </section>
  );
}
