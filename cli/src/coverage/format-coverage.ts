import { formatTable } from '../print-table.js';
import type { CoverageRow } from './coverage-answer.js';
import { coverageLines } from './coverage-lines.js';
import type { CoverageLine } from './coverage-lines.js';
import { stateMeaning } from './mark-of.js';

/** Symbols and lines of one symbol that a table shows. */
const MOST_ROWS = 50;
const MOST_LINES = 12;

/** A row for each symbol, with a line for days in a row of which the same is to be said. */
export function formatCoverage(rows: readonly CoverageRow[]): string {
  const shown = rows.slice(0, MOST_ROWS);
  const table = formatTable(
    ['dataset', 'schema', 'symbol', 'state', 'first day', 'last day', 'days', 'notes'],
    shown.map((row) => {
      const lines = coverageLines(row.ranges);
      const hidden = lines.length - MOST_LINES;
      const cells = lines
        .slice(0, hidden > 1 ? MOST_LINES : undefined)
        .map((line) => [
          stateMeaning(line.state),
          line.first,
          line.last,
          line.days.toLocaleString('en-US').padStart('days'.length),
          notesOf(row, line),
        ]);
      const columns = [0, 1, 2, 3, 4].map((column) =>
        cells.map((cell) => cell[column]!).join('\n'),
      );
      const more = hidden > 1 ? `\n… ${hidden} more` : '';
      return [row.dataset, row.schema, row.symbol, columns[0]! + more, ...columns.slice(1)];
    }),
  );
  const more = rows.length - shown.length;
  return more > 0
    ? `${table}\n${more} more are not shown: choose with --symbols and --schema; --json has them`
    : table;
}

function notesOf(row: CoverageRow, { state, ranges, days, sessionless }: CoverageLine): string {
  const [first] = ranges;
  const quarantined = ranges.reduce((sum, range) => sum + range.quarantined, 0);
  const changed = ranges
    .flatMap((range) => range.last_modified_date ?? [])
    .toSorted()
    .at(-1);
  const parts = ranges.flatMap(({ held }) => held);
  const [part] = parts;
  const notes: string[] = [];
  if (state !== 'no_session' && first!.raw_symbol && first!.raw_symbol !== row.symbol) {
    notes.push(first!.raw_symbol);
  }
  if (first!.degraded) notes.push('degraded');
  if (changed !== undefined) notes.push(`changed ${changed}`);
  if (quarantined > 0) notes.push(`${quarantined.toLocaleString('en-US')} in quarantine`);
  if (part && parts.length === 1 && days === 1) {
    notes.push(
      `${timeOf(part.start)} to ${part.end.endsWith('T00:00:00.000000000Z') ? '24:00' : timeOf(part.end)}`,
    );
  } else if (part) {
    notes.push(`${parts.length} ${parts.length === 1 ? 'part' : 'parts'}: see --json`);
  }
  if (sessionless > 0) notes.push(`and ${sessionless} without session`);
  return notes.join(', ');
}

/** The time of a day, without idle zeros. */
const timeOf = (timestamp: string): string =>
  timestamp
    .slice(11, -1)
    .replace(/(:00)?\.0+$/, '')
    .replace(/(\.\d*[1-9])0+$/, '$1');
