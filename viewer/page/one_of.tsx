/** One of several, as buttons side by side. @module */
import { type ComponentChildren } from "preact";

export function OneOf<T extends string | undefined>(
  { label, all, now, choose }: {
    /** What is chosen, for who can't see the buttons. */
    readonly label: string;
    readonly all: readonly (readonly [it: T, words: ComponentChildren])[];
    readonly now: T;
    readonly choose: (it: NoInfer<T>) => void;
  },
) {
  return (
    <span class="choice" role="group" aria-label={label}>
      {all.map(([it, words]) => (
        <button
          key={it ?? ""}
          type="button"
          aria-pressed={it === now}
          onClick={() => choose(it)}
        >
          {words}
        </button>
      ))}
    </span>
  );
}
