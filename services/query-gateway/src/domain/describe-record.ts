import { formatPrice, formatTimestamp, isSchemaName, SCHEMAS } from '@tapeline/records';
import type { QuarantinedRecord } from '@tapeline/storage';

/** The prices and times of a refused record as people read them. Columns that rules added have no schema to tell. */
export function describeRecord({ schema, record }: Pick<QuarantinedRecord, 'schema' | 'record'>): {
  readonly decimals: Readonly<Record<string, string>>;
  readonly times: Readonly<Record<string, string>>;
} {
  const columns = isSchemaName(schema) ? SCHEMAS[schema].columns : [];
  const texts = (
    type: 'price' | 'timestamp',
    show: (value: bigint) => string,
  ): Record<string, string> =>
    Object.fromEntries(
      columns.flatMap(({ name, type: own }) => {
        const value = record[name];
        return own === type && typeof value === 'string' ? [[name, show(BigInt(value))]] : [];
      }),
    );
  return {
    decimals: texts('price', formatPrice),
    times: texts('timestamp', formatTimestamp),
  };
}
