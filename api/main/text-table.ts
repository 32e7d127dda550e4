/** Tables of text in columns, for the terminal. */

export interface Column {
  readonly title: string;
  /** Figures stand to the right. */
  readonly align: 'left' | 'right';
}

/** Lines of a table: titles, a rule, rows; a last row set apart by another rule where `total` is given. */
export function textTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  total?: readonly string[],
): string[] {
  const all = [columns.map((c) => c.title), ...rows, ...(total ? [total] : [])];
  const widths = columns.map((_, i) => Math.max(...all.map((row) => row[i].length)));
  const lineOf = (row: readonly string[]): string =>
    row
      .map((cell, i) => (columns[i].align === 'right' ? cell.padStart(widths[i]) : cell.padEnd(widths[i])))
      .join('  ')
      .trimEnd();
  const rule = widths.map((width) => '─'.repeat(width)).join('  ');
  return [lineOf(all[0]), rule, ...rows.map(lineOf), ...(total ? [rule, lineOf(total)] : [])];
}
