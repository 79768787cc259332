import { DAY_NS } from '@tapeline/records';

const EPOCH = Temporal.PlainDate.from('1970-01-01');

/** Whole days from 1970-01-01 to a date `YYYY-MM-DD`. */
export const dayNumber = (date: string): number => EPOCH.until(date, { largestUnit: 'days' }).days;

/** The date `YYYY-MM-DD` of a day number. */
export const dayDate = (day: number): string => EPOCH.add({ days: day }).toString();

/** The UTC day that a time in ns lies in. */
export const dayOf = (time: bigint): number => Number(time / DAY_NS);

/** The first UTC day that begins at a time in ns or after it. */
export const dayFrom = (time: bigint): number => Number((time + DAY_NS - 1n) / DAY_NS);

/** The first nanosecond of a day. */
export const dayStart = (day: number): bigint => BigInt(day) * DAY_NS;
