/**
 * A list beside a picture, of which one is shown.
 *
 * @module
 */

export interface Choice {
  readonly name: string;
  /** What is wrong with it, in a word or two. */
  readonly wrong?: string;
}

export function Chooser({ label, choices, at, choose }: {
  readonly label: string;
  readonly choices: readonly Choice[];
  readonly at: number;
  choose(at: number): void;
}) {
  return (
    <nav class="chooser" aria-label={label}>
      <h2>{label}</h2>
      <ul>
        {choices.map(({ name, wrong }, i) => (
          <li key={`${i} ${name}`}>
            <button
              type="button"
              aria-pressed={i === at}
              onClick={() => choose(i)}
            >
              {name} {wrong && <span class="wrong">{wrong}</span>}
            </button>
          </li>
        ))}
      </ul>
    </nav>
  );
}

/** Leads through what is too long to be shown at once. */
export function Pager({ from, shown, all, what, go }: {
  readonly from: number;
  readonly shown: number;
  readonly all: number;
  /** Such as `operations`. */
  readonly what: string;
  go(from: number): void;
}) {
  if (shown >= all) return null;
  const step = Math.ceil(shown / 2);
  return (
    <span class="pager">
      <button
        type="button"
        aria-label={`Earlier ${what}`}
        disabled={from === 0}
        onClick={() => go(Math.max(0, from - step))}
      >
        ‹
      </button>
      {what} {from + 1} to {from + shown} of {all}
      <button
        type="button"
        aria-label={`Later ${what}`}
        disabled={from + shown >= all}
        onClick={() => go(Math.min(all - shown, from + step))}
      >
        ›
      </button>
    </span>
  );
}
