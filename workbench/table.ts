/**
 * Rows as tables.
 *
 * @module
 */

/**
 * Rows as aligned columns, for a terminal.
 *
 * @param isText which columns are words, on the left; numbers are on the right
 */
export function aligned(
  rows: readonly (readonly string[])[],
  isText: (column: number) => boolean,
): string[] {
  const widths = (rows[0] ?? []).map((_, i) =>
    Math.max(...rows.map((row) => row[i].length))
  );
  return rows.map((row) =>
    row.map((text, i) =>
      isText(i) ? text.padEnd(widths[i]) : text.padStart(widths[i])
    ).join("  ").trimEnd()
  );
}

/** Rows as a Markdown table, its columns aligned. */
export function markdown(
  head: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const widths = head.map((_, i) =>
    Math.max(3, ...[head, ...rows].map((row) => row[i].length))
  );
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, i) => cell.padEnd(widths[i])).join(" | ")} |`;
  const rule = widths.map((width) => "-".repeat(width));
  return [head, rule, ...rows].map(line).join("\n");
}
