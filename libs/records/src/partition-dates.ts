import type { PartitionSpan } from './schema-description.js';

/** First day, and first day after, of the UTC day, month or year that holds a date. */
export function partitionDates(
  date: Temporal.PlainDate,
  span: PartitionSpan,
): { from: Temporal.PlainDate; to: Temporal.PlainDate } {
  switch (span) {
    case 'day':
      return { from: date, to: date.add({ days: 1 }) };
    case 'month':
      return { from: date.with({ day: 1 }), to: date.with({ day: 1 }).add({ months: 1 }) };
    case 'year': {
      const from = date.with({ month: 1, day: 1 });
      return { from, to: from.add({ years: 1 }) };
    }
  }
}
