import { isDifferent } from '@tapeline/storage';
import type { Difference, RebuildReport, TableReport } from '@tapeline/storage';
import { formatTable } from '../print-table.js';

const PROBLEMS_SHOWN = 20;

/** The report of a rebuild as text for people. */
export function formatReport({
  events,
  archived,
  applied,
  tables,
  problems,
}: RebuildReport): string {
  const columns = ['table', 'present', 'rebuilt', 'missing', 'extra', 'different'];
  const rows = tables.map((report) => [
    report.table,
    report.present,
    report.rebuilt,
    report.missing,
    report.extra,
    report.different,
  ]);
  const differing = tables.filter(isDifferent);
  const count = (value: number): string => value.toLocaleString('en-US');
  const outcome = applied
    ? 'the rows that differed are as rebuilt now'
    : differing.length > 0
      ? 'nothing was changed'
      : 'all rows are as rebuilt';
  return [
    ...(tables.length > 0 ? [formatTable(columns, rows)] : []),
    ...differing.map(formatExample),
    ...problems.slice(0, PROBLEMS_SHOWN).map(({ message }) => `! ${message}`),
    ...(problems.length > PROBLEMS_SHOWN
      ? [`! ${count(problems.length - PROBLEMS_SHOWN)} more: --json has them all`]
      : []),
    `${count(events)} events and ${count(archived)} archived chunks read: ${outcome}`,
  ].join('\n');
}

const formatExample = ({ table, example }: TableReport): string =>
  `${table} ${example!.key.join(' ')} ${describe(example!)}`;

function describe({ kind, present, rebuilt }: Difference): string {
  if (kind !== 'different') return kind === 'missing' ? 'is missing' : 'should not be there';
  const columns = Object.keys(rebuilt!).map(
    (column) =>
      `${column} is ${JSON.stringify(present![column])}, should be ${JSON.stringify(rebuilt![column])}`,
  );
  return `differs: ${columns.join('; ')}`;
}
