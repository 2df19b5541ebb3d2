/** A table on the terminal: columns as wide as what they hold. */

/** Lines of rows, the first of which is the head. So many columns are text, aligned on the left; numbers follow, on the right. */
export const tableText = (texts: number, rows: readonly (readonly string[])[]): string => {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const aligned = (cell: string, column: number): string =>
    column < texts ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!);
  return rows.map((row) => row.map(aligned).join('  ').trimEnd()).join('\n');
};
