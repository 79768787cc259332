import { ORDINAL, quoteIdentifier, SCHEMAS } from '@tapeline/records';
import type { ColumnDescription } from '@tapeline/records';
import type { Storage } from '../storage.js';
import { DayLookup } from './day-lookup.js';
import type { LookupOptions, StoredRecord, StoredValue } from './day-lookup.js';
import { definitionAsOf } from './definition-as-of.js';
import { asText, charCode, exactText } from './exact-sql.js';

/**
 * Definitions as of each record's UTC day, for expressions such as `definition.min_price_increment`; which of
 * several holds is said at {@link definitionAsOf}.
 * @param columns names of the columns that are needed; all of them take about 2 kB for each one remembered.
 */
export function definitionLookup(
  storage: Storage,
  options: LookupOptions & { readonly columns: readonly string[] },
): DayLookup {
  const wanted = new Set(options.columns);
  const columns = SCHEMAS.definition.columns.filter(
    ({ name }) => name !== ORDINAL && wanted.has(name),
  );
  const values = columns
    .map((column) => `${exactText(column, 'd')} AS ${quoteIdentifier(column.name)}`)
    .join(', ');
  const stored = columns.flatMap(({ name, type }) =>
    type === 'timestamp' ? [name, `${name}_ns`] : [name],
  );
  const text = `SELECT (p.n - 1)::int AS n, ${values}
     FROM unnest($2::bigint[], $3::int[]) WITH ORDINALITY AS p (instrument_id, day, n)
     JOIN LATERAL ${definitionAsOf({
       datasetId: '(SELECT id FROM dataset WHERE code = $1)',
       instrument: 'p.instrument_id',
       day: `(DATE '1970-01-01' + p.day)`,
       columns: stored,
     })} AS d ON true`;
  return new DayLookup(async (dataset, instrumentIds, days) => {
    const records: StoredRecord[] = Array.from({ length: days.length });
    const { rows } = await storage.pool.query<Record<string, string | null>>({
      text,
      values: [dataset, instrumentIds, days],
      types: asText,
    });
    for (const row of rows) {
      records[Number(row['n'])] = new Map(
        columns.flatMap((column) => {
          const value = storedValue(column, row[column.name] ?? null);
          return value === undefined ? [] : [[column.name, value] as const];
        }),
      );
    }
    return records;
  }, options);
}

/** An unset value as its column's sentinel, which expressions take for null. */
function storedValue(column: ColumnDescription, text: string | null): StoredValue | undefined {
  if (column.type === 'string') return Buffer.from(text ?? '', 'latin1');
  const isWide = column.width === 8;
  if (text === null) {
    return isWide || column.nullValue === undefined ? column.nullValue : Number(column.nullValue);
  }
  if (column.type === 'char') return charCode(text);
  return isWide ? BigInt(text) : Number(text);
}
