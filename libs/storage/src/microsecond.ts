import { formatTimestamp } from '@tapeline/records';

/** The microsecond of a time in nanoseconds, as text that `timestamptz` reads exactly. */
export const microsecond = (nanoseconds: bigint): string =>
  `${formatTimestamp(nanoseconds).slice(0, -'000Z'.length)}Z`;
