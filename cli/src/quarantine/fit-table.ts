import { cutText, formatTable } from '../print-table.js';

/** What remains of the last column on a narrow terminal. */
const LEAST_WIDTH = 24;

/** A table whose last column is cut where lines would be longer than `width` characters. */
export function fitTable(
  columns: readonly string[],
  rows: readonly (readonly string[])[],
  width: number,
): { readonly table: string; readonly isCut: boolean } {
  const last = columns.length - 1;
  const taken = columns
    .slice(0, last)
    .map((name, index) => Math.max(name.length, ...rows.map((row) => row[index]!.length)))
    // Two spaces and a border each.
    .reduce((sum, column) => sum + column + 3, 0);
  const lastWidth = Math.max(LEAST_WIDTH, width - taken - 4);
  const fitted = rows.map((row) => [...row.slice(0, last), cutText(row[last]!, lastWidth)]);
  return {
    table: formatTable(columns, fitted),
    isCut: rows.some((row) => row[last]!.length > lastWidth),
  };
}
