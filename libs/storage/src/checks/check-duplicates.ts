import { formatTimestamp, nanosecondsName, ORDINAL, quoteIdentifier } from '@tapeline/records';
import type { ColumnDescription } from '@tapeline/records';
import type { ChunkCheckOf } from '@tapeline/rules';
import { exactText, nanosecondsOf } from '../lookups/exact-sql.js';
import type { CheckRun, DraftFinding, Found } from './finding.js';
import { MOST_FINDINGS } from './finding.js';
import { showValue } from './format-values.js';
import { Parameters } from './parameters.js';
import { rowsIn, rowsOfChunk } from './rows-in.js';

/** Columns that a message shows, where a schema has them; all are in the details. */
const SHOWN = new Set(
  'action side price size open high low close volume bid_px_00 ask_px_00 stat_type quantity sequence'.split(
    ' ',
  ),
);

/**
 * Records equal in every column but their ordinal, for each instrument: how many groups, how many records, and
 * the group with the most. They stay stored: two identical trades may both have happened.
 */
export async function checkDuplicates(
  { client, chunk }: CheckRun,
  check: ChunkCheckOf<'duplicates'>,
): Promise<Found> {
  const { schema } = chunk;
  const parameters = new Parameters();
  const columns = schema.columns.filter(({ name }) => name !== ORDINAL);
  const stored = columns.flatMap(({ name, type }) => [
    quoteIdentifier(name),
    ...(type === 'timestamp' ? [quoteIdentifier(nanosecondsName(name))] : []),
  ]);
  const time = quoteIdentifier(schema.indexColumn);
  const rest = quoteIdentifier(nanosecondsName(schema.indexColumn));
  const rows = rowsIn(
    parameters,
    rowsOfChunk(chunk),
    stored.map((name) => `t.${name}`),
  );
  const { rows: found } = await client.query<Record<string, string | null>>(
    `SELECT multiplicity, groups, records, ${nanosecondsOf('since', 'since_rest')} AS since,
            ${nanosecondsOf('until', 'until_rest')} AS until, count(*) OVER () AS total,
            ${columns.map((column) => `${exactText(column, 's')} AS ${quoteIdentifier(`of_${column.name}`)}`).join(', ')}
       FROM (SELECT *, row_number() OVER (i ORDER BY multiplicity DESC, ${time}, ${rest}) AS rank,
                    count(*) OVER i AS groups, sum(multiplicity) OVER i AS records,
                    first_value(${time}) OVER f AS since, first_value(${rest}) OVER f AS since_rest,
                    last_value(${time}) OVER f AS until, last_value(${rest}) OVER f AS until_rest
               FROM (SELECT ${stored.join(', ')}, count(*) AS multiplicity FROM ${rows} AS r
                      GROUP BY ${stored.join(', ')}
                     HAVING count(*) >= ${parameters.add(check.min_multiplicity, 'bigint')}) AS g
             WINDOW i AS (PARTITION BY instrument_id),
                    f AS (PARTITION BY instrument_id ORDER BY ${time}, ${rest}
                          ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)) AS s
      WHERE rank = 1 ORDER BY multiplicity DESC, instrument_id LIMIT ${MOST_FINDINGS}`,
    parameters.values,
  );
  return {
    findings: found.map((row) => describe(row, columns, schema.indexColumn)),
    total: Number(found[0]?.['total'] ?? 0),
  };
}

function describe(
  row: Record<string, string | null>,
  columns: readonly ColumnDescription[],
  indexColumn: string,
): DraftFinding {
  const value = (name: string): string | null => row[`of_${name}`] ?? null;
  const shown = columns
    .filter(({ name }) => SHOWN.has(name))
    .map((column) => `${column.name} ${showValue(column, value(column.name))}`);
  const groups = Number(row['groups']);
  const what =
    groups === 1
      ? `${row['multiplicity']} records of instrument ${value('instrument_id')} are equal in every column`
      : `${groups} groups of records of instrument ${value('instrument_id')}, ${row['records']} records in all, are equal in every column; the largest is of ${row['multiplicity']}`;
  const at = formatTimestamp(BigInt(value(indexColumn)!));
  return {
    instrumentId: Number(value('instrument_id')),
    start: BigInt(row['since']!),
    end: BigInt(row['until']!),
    message: `${what}: ${indexColumn} ${at}${shown.length > 0 ? `, ${shown.join(', ')}` : ''}`,
    details: {
      groups,
      records: Number(row['records']),
      largest: {
        multiplicity: Number(row['multiplicity']),
        record: Object.fromEntries(columns.map(({ name }) => [name, value(name)])),
      },
    },
  };
}
