/** A link to an operation in the diagram. @module */
import { type ComponentChildren } from "preact";
import { type Actions } from "../../viewer.tsx";

export function Go({ to, actions, children }: {
  /** Position of the operation. */
  readonly to: number;
  readonly actions: Actions;
  readonly children: ComponentChildren;
}) {
  return (
    <button
      type="button"
      class="link"
      onClick={() => actions.show({ kind: "operation", at: to })}
    >
      {children}
    </button>
  );
}

/** The next and the previous ones of many rows. */
export function Pages({ first, size, count, go, what }: {
  readonly first: number;
  readonly size: number;
  readonly count: number;
  go(first: number): void;
  /** Their name: `values`. */
  readonly what: string;
}) {
  if (count <= size) return null;
  const last = Math.min(count, first + size);
  return (
    <span class="pages">
      <button
        type="button"
        class="link"
        disabled={first === 0}
        onClick={() => go(Math.max(0, first - size))}
      >
        ‹ before
      </button>{" "}
      {first + 1} to {last} of {count} {what}{" "}
      <button
        type="button"
        class="link"
        disabled={last === count}
        onClick={() => go(Math.min(count - 1, first + size))}
      >
        after ›
      </button>
    </span>
  );
}
