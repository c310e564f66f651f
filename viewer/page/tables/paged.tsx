/**
 * Long tables, a page at a time.
 *
 * @module
 */
import { type ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { count } from "../words.ts";

const ROWS = 100;

/** The rows of one page, and how to come to the others. */
export function Paged({ total, what, children }: {
  readonly total: number;
  /** What the rows are: `operations`. */
  readonly what: string;
  /** @param last not included */
  readonly children: (first: number, last: number) => ComponentChildren;
}) {
  const [page, turn] = useState(0);
  const pages = Math.max(1, Math.ceil(total / ROWS));
  const at = Math.min(page, pages - 1);
  const [first, last] = [at * ROWS, Math.min(total, (at + 1) * ROWS)];
  return (
    <>
      <p class="pager">
        <span role="status">
          {total === 0
            ? `No ${what}`
            : `${count(first + 1)} to ${count(last)} of ${
              count(total)
            } ${what}`}
        </span>
        {pages > 1 && (
          <>
            <button
              type="button"
              aria-label="Previous page"
              disabled={at === 0}
              onClick={() => turn(at - 1)}
            >
              ‹
            </button>
            <button
              type="button"
              aria-label="Next page"
              disabled={at === pages - 1}
              onClick={() => turn(at + 1)}
            >
              ›
            </button>
          </>
        )}
      </p>
      {total > 0 && <div class="wide">{children(first, last)}</div>}
    </>
  );
}
