/** When an instrument can be traded in a session. */
import { SCHEMAS } from '@tapeline/records';
import type { ColumnarBatch } from '@tapeline/records';
import { batchOfRows } from './batch-of-rows.js';
import type { Row } from './batch-of-rows.js';
import type { Instrument } from './instruments.js';
import type { Session } from './sessions.js';

/** Orders are taken for so many seconds before the open. */
export const PRE_OPEN_SECONDS = 900;

const SECOND = 1_000_000_000n;
const PRE_OPEN = 1;
const TRADING = 7;
const CLOSE = 12;
const SCHEDULED = 1;
const EXPIRATION = 5;
const NO_EVENT = 0;
const CHANGE_OF_SESSION = 2;
const [YES, NO, UNKNOWN] = [89, 78, 126];

/** Pre-open, open and close; a contract that expires in the session closes then. */
export function statusBatch(
  instrument: Instrument,
  publisherId: number,
  { open, close }: Session,
): ColumnarBatch {
  const expires = instrument.expiration < close;
  const row = (seconds: number, values: Row): Row => {
    const at = BigInt(seconds) * SECOND;
    return {
      ts_event: at,
      ts_recv: at + 20_000n + BigInt(instrument.id % 7_919),
      publisher_id: publisherId,
      instrument_id: instrument.id,
      reason: SCHEDULED,
      trading_event: NO_EVENT,
      is_short_sell_restricted: UNKNOWN,
      ...values,
    };
  };
  return batchOfRows(SCHEMAS.status, [
    row(open - PRE_OPEN_SECONDS, {
      action: PRE_OPEN,
      trading_event: CHANGE_OF_SESSION,
      is_trading: NO,
      is_quoting: YES,
    }),
    row(open, { action: TRADING, is_trading: YES, is_quoting: YES }),
    row(expires ? instrument.expiration : close, {
      action: CLOSE,
      reason: expires ? EXPIRATION : SCHEDULED,
      is_trading: NO,
      is_quoting: NO,
    }),
  ]);
}
