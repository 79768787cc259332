import Table from 'cli-table3';

/** A table for people; numbers are aligned to the right. */
export function formatTable(
  columns: readonly string[],
  rows: readonly (readonly (string | number | null)[])[],
): string {
  const numeric = columns.map(
    (_, index) => rows.length > 0 && rows.every((row) => isNumeric(row[index])),
  );
  const coloured = process.stdout.isTTY && process.env['NO_COLOR'] === undefined;
  const table = new Table({
    head: [...columns],
    colAligns: numeric.map((right) => (right ? 'right' : 'left')),
    style: { head: coloured ? ['bold'] : [], border: coloured ? ['gray'] : [], compact: true },
  });
  for (const row of rows) {
    table.push(
      row.map((value, index) => (numeric[index] ? thousands(value) : String(value ?? ''))),
    );
  }
  return table.toString();
}

/** A text of at most `width` characters. */
export const cutText = (text: string, width: number): string =>
  text.length > width ? `${text.slice(0, width - 1)}…` : text;

const isNumeric = (value: string | number | null | undefined): boolean =>
  typeof value === 'number' || (typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value));

const thousands = (value: string | number | null): string =>
  typeof value === 'number' && Number.isInteger(value)
    ? value.toLocaleString('en-US')
    : String(value ?? '');
