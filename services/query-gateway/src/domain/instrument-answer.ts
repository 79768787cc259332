import { formatPrice, formatTimestamp } from '@tapeline/records';
import type { ColumnDescription } from '@tapeline/records';
import { charCode, INSTRUMENT_COLUMNS, LEG_COLUMNS } from '@tapeline/storage';
import type { DefinitionValues, Instrument } from '@tapeline/storage';
import { z } from 'zod';
import { INSTRUMENT_CLASSES } from './instrument-classes.js';

type Value = string | number | null;

function typeOf({ type, meaning }: ColumnDescription) {
  switch (type) {
    case 'price':
      return z.string().nullable().describe(`${meaning}; a decimal with nine digits`);
    case 'timestamp':
      return z
        .string()
        .nullable()
        .describe(`${meaning.replace(', ns since epoch', '')}; ISO 8601`);
    case 'i64':
    case 'u64':
    case 'char':
    case 'string':
      return z.string().nullable().describe(meaning);
    default:
      return z.int().nullable().describe(meaning);
  }
}

const shapeOf = (columns: readonly ColumnDescription[]) =>
  Object.fromEntries(columns.map((column) => [column.name, typeOf(column)]));

/** One instrument: the fields of its definition, those of its legs in a list of their own. */
export const instrumentSchema = z
  .object({ dataset: z.string(), ...shapeOf(INSTRUMENT_COLUMNS) })
  .extend({
    instrument_class_name: z.string().nullable(),
    legs: z.array(z.object(shapeOf(LEG_COLUMNS))).describe('Of a spread; else none'),
  })
  .meta({ id: 'Instrument' });

/** The answer of `GET /v1/instruments`. */
export const instrumentsAnswerSchema = z.object({
  date: z.iso.date(),
  instruments: z.array(instrumentSchema),
  next_cursor: z.string().nullable().describe('Of the next page, if there is one'),
});

/** An instrument as JSON: prices as decimals with nine digits, times to the nanosecond, null where a value is unset. */
export function instrumentAnswer({ dataset, definition, legs }: Instrument) {
  const values = valuesOf(INSTRUMENT_COLUMNS, definition);
  const letter = values['instrument_class'];
  return {
    dataset,
    ...values,
    instrument_class_name: INSTRUMENT_CLASSES[String(letter)] ?? null,
    legs: legs.map((leg) => valuesOf(LEG_COLUMNS, leg)),
  };
}

const valuesOf = (
  columns: readonly ColumnDescription[],
  values: DefinitionValues,
): Record<string, Value> =>
  Object.fromEntries(
    columns.map((column) => {
      const text = values[column.name] ?? null;
      return [column.name, text === null ? null : valueOf(column, text)];
    }),
  );

function valueOf({ type }: ColumnDescription, text: string): Value {
  switch (type) {
    case 'price':
      return formatPrice(BigInt(text));
    case 'timestamp':
      return formatTimestamp(BigInt(text));
    case 'char':
      return String.fromCharCode(charCode(text));
    case 'i64':
    case 'u64':
    case 'string':
      return text;
    default:
      return Number(text);
  }
}
