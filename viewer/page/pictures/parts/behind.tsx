/**
 * The table behind a picture: the same in words, for who can't see the picture
 * or wants to copy from it.
 *
 * @module
 */
import { type ComponentChildren } from "preact";
import { useState } from "preact/hooks";

/** More rows are not put into the page at once. */
const MAX_ROWS = 500;

export function Behind({ columns, count, row }: {
  readonly columns: readonly string[];
  readonly count: number;
  /** The cells of a row, one for each column. */
  readonly row: (at: number) => readonly ComponentChildren[];
}) {
  const [isOpen, open] = useState(false);
  const shown = isOpen ? Math.min(count, MAX_ROWS) : 0;
  return (
    <details
      class="behind"
      onToggle={(event) => open(event.currentTarget.open)}
    >
      <summary>The same as a table</summary>
      <table>
        <thead>
          <tr>
            {columns.map((name) => <th key={name} scope="col">{name}</th>)}
          </tr>
        </thead>
        <tbody>
          {Array.from(
            { length: shown },
            (_, at) => (
              <tr key={at}>
                {row(at).map((cell, i) => <td key={i}>{cell}</td>)}
              </tr>
            ),
          )}
        </tbody>
      </table>
      {count > MAX_ROWS && (
        <p class="small grey">
          The first {MAX_ROWS} of {count}.
        </p>
      )}
    </details>
  );
}
