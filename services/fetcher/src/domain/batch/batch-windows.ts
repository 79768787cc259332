import { partitionDates, utcDate } from '@tapeline/records';
import type { PartitionSpan } from '@tapeline/records';

/**
 * The day from which on a file of a batch job has records, `YYYY-MM-DD`, or undefined where the name is not that
 * of a data file. Names are `glbx-mdp3-20240701.trades.dbn.zst`, of longer spans `…-20240701-20240731.…`.
 */
export function dateOfFile(filename: string): string | undefined {
  const match = /-(\d{4})(\d{2})(\d{2})(?:-\d{8})?\.[a-z0-9-]+\.dbn(?:\.zst)?$/.exec(filename);
  return match ? `${match[1]}-${match[2]}-${match[3]}` : undefined;
}

/** First day, `YYYY-MM-DD`, of the span in which a time lies: what the file of that span is named for. */
export const spanStart = (nanoseconds: bigint, span: PartitionSpan): string =>
  partitionDates(Temporal.PlainDate.from(utcDate(nanoseconds)), span).from.toString();

/** The shortest span that has room for each of the ranges, ns: files of that span have one of them each. */
export function spanOf(
  ranges: readonly { readonly start: string; readonly end: string }[],
): PartitionSpan {
  const fits = (span: PartitionSpan): boolean =>
    ranges.every(
      ({ start, end }) => spanStart(BigInt(start), span) === spanStart(BigInt(end) - 1n, span),
    );
  if (fits('day')) return 'day';
  return fits('month') ? 'month' : 'year';
}
