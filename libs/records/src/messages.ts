/** Kinds of record that occur in streams but are no schema: they have a layout, and no table. */
import { barColumns } from './market-columns.js';
import { errorColumns, symbolMappingColumns, systemColumns } from './message-columns.js';
import { ordinalColumn } from './schema-description.js';
import type { ColumnDescription, MessageName, RecordDescription } from './schema-description.js';
import { sizesOf } from './schemas.js';

const describe = (
  name: MessageName,
  rtype: number,
  bytes: number | readonly [number, number, number],
  columns: readonly ColumnDescription[],
  meaning: string,
): RecordDescription => ({
  name,
  rtype,
  recordSize: sizesOf(bytes),
  indexColumn: 'ts_event',
  meaning,
  columns: [...columns, ordinalColumn],
  retired: [],
  version: null,
});

/** The gateway's messages, and bars written before each cadence had an rtype. */
export const MESSAGES: Readonly<Record<MessageName, RecordDescription>> = {
  ohlcv: describe('ohlcv', 0x11, 56, barColumns, 'bars whose length the record does not tell'),
  error: describe('error', 0x15, [80, 320, 320], errorColumns, 'an error of the live gateway'),
  system: describe(
    'system',
    0x17,
    [80, 320, 320],
    systemColumns,
    'a heartbeat or notice of the live gateway',
  ),
  'symbol-mapping': describe(
    'symbol-mapping',
    0x16,
    [80, 176, 176],
    symbolMappingColumns,
    'what an instrument_id stands for from now on in a live session',
  ),
};
