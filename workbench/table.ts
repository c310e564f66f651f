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
