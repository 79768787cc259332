/** Damages of what many schemas have: times, publisher, flags, letters. */
import { UNDEF_TIMESTAMP } from '@tapeline/records';
import { ALL, each } from './corpus-entry.js';
import type { CorpusEntry } from './corpus-entry.js';
import {
  BARS,
  DEPTH,
  NOON,
  ORDERS,
  QUOTES,
  REFERENCE,
  SAMPLES,
  TRADES,
  TRADES_WITH_QUOTES,
  YEAR_1980,
  YEAR_2200,
} from './sound-record.js';

const BOOK = [...QUOTES, ...DEPTH];
const EVENTS = [...TRADES, ...TRADES_WITH_QUOTES, ...BOOK, ...ORDERS];
const RECEIVED = [...EVENTS, ...SAMPLES, ...REFERENCE];
/** Their ts_event may be unset or zero. */
const LAX = [...SAMPLES, ...REFERENCE];

const LATE = 'quarantined ts_recv_out_of_range';
const WRONG_EVENT = 'quarantined ts_event_out_of_range';

const TIMES: readonly CorpusEntry[] = [
  ...each(RECEIVED, { ts_recv: UNDEF_TIMESTAMP }, LATE),
  ...each(RECEIVED, { ts_recv: 0n }, LATE),
  ...each(RECEIVED, { ts_recv: YEAR_1980 - 1n }, LATE),
  ...each(RECEIVED, { ts_recv: YEAR_2200 }, LATE),
  ...each(RECEIVED, { ts_recv: UNDEF_TIMESTAMP - 1n }, LATE),
  ...each(RECEIVED, { ts_recv: YEAR_1980, ts_event: YEAR_1980 }, 'stored'),
  ...each(RECEIVED, { ts_recv: YEAR_2200 - 1n }, 'stored'),
  ...each(RECEIVED, { ts_recv: NOON }, 'stored'),
  ...each([...EVENTS, ...SAMPLES], { ts_recv: NOON - 1n }, 'stored, warn received_before_event'),
  ...each(REFERENCE, { ts_recv: NOON - 1n }, 'stored'),
  ...each([...EVENTS, ...BARS], { ts_event: 0n }, WRONG_EVENT),
  ...each(LAX, { ts_event: 0n }, 'stored'),
  ...each(ALL, { ts_event: 1n }, WRONG_EVENT),
  ...each(ALL, { ts_event: YEAR_1980 - 1n }, WRONG_EVENT),
  ...each(ALL, { ts_event: YEAR_1980 }, 'stored'),
  ...each(ALL, { ts_event: YEAR_2200 }, WRONG_EVENT),
  ...each(BARS, { ts_event: UNDEF_TIMESTAMP }, WRONG_EVENT),
  ...each(BARS, { ts_event: YEAR_2200 - 1n }, 'stored'),
  // What is unset is neither before nor after anything.
  ...each(EVENTS, { ts_event: UNDEF_TIMESTAMP }, 'stored, warn ts_event_undefined'),
  ...each(LAX, { ts_event: UNDEF_TIMESTAMP }, 'stored'),
];

const ACTIONS = 'ACMRFN';
const letters = (text: string): string[] => text.split('');

const LETTERS: readonly CorpusEntry[] = [
  ...letters('XZbt').flatMap((side) =>
    each([...EVENTS, ...SAMPLES], { side }, 'quarantined side_unknown'),
  ),
  ...each([...EVENTS, ...SAMPLES], { side: 0 }, 'quarantined side_unknown'),
  ...letters('AN').flatMap((side) => each([...EVENTS, ...SAMPLES], { side }, 'stored')),
  ...letters(ACTIONS).flatMap((action) =>
    each([...TRADES, ...TRADES_WITH_QUOTES], { action }, 'quarantined not_a_trade'),
  ),
  ...each([...TRADES, ...TRADES_WITH_QUOTES], { action: 0 }, 'quarantined not_a_trade'),
  ...each([...TRADES, ...TRADES_WITH_QUOTES], { action: 't' }, 'quarantined not_a_trade'),
  ...letters(ACTIONS).flatMap((action) => each([...BOOK, ...ORDERS], { action }, 'stored')),
  ...letters('ZXt').flatMap((action) =>
    each([...BOOK, ...ORDERS], { action }, 'quarantined action_unknown'),
  ),
  ...each([...BOOK, ...ORDERS], { action: 0 }, 'quarantined action_unknown'),
];

const BAD_TS_RECV = 8;
const SNAPSHOT = 32;
const MAYBE_BAD_BOOK = 4;

const FLAGGED: readonly CorpusEntry[] = [
  ...each(ALL, { publisher_id: 0 }, 'stored, warn publisher_unknown'),
  ...each(ALL, { publisher_id: 65_535 }, 'stored'),
  ...each([...EVENTS, ...SAMPLES], { flags: BAD_TS_RECV }, 'stored, warn bad_ts_recv'),
  ...each([...EVENTS, ...SAMPLES], { flags: BAD_TS_RECV + SNAPSHOT }, 'stored'),
  // Reserved bits are set in some old files.
  ...each([...EVENTS, ...SAMPLES], { flags: 129 }, 'stored'),
  ...each(
    [...BOOK, ...ORDERS, ...SAMPLES],
    { flags: MAYBE_BAD_BOOK },
    'stored, info maybe_bad_book',
  ),
  ...each(
    [...BOOK, ...ORDERS, ...SAMPLES],
    { flags: MAYBE_BAD_BOOK + BAD_TS_RECV },
    'stored, info maybe_bad_book, warn bad_ts_recv',
  ),
  ...each([...TRADES, ...TRADES_WITH_QUOTES], { flags: MAYBE_BAD_BOOK }, 'stored'),
];

/** Stage 1 comes before stage 2, and earlier rules before later ones. */
const SEVERAL: readonly CorpusEntry[] = [
  ...each(TRADES, { size: 0, side: 'X' }, 'quarantined side_unknown'),
  ...each(TRADES, { side: 'X', ts_recv: 0n }, LATE),
  ...each(BARS, { publisher_id: 0, volume: 0n }, 'quarantined volume_not_positive'),
];

export const COMMON_DAMAGES: readonly CorpusEntry[] = [
  ...TIMES,
  ...LETTERS,
  ...FLAGGED,
  ...SEVERAL,
];
