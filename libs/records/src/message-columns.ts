/** Columns of the messages of live gateways. */
import { instrumentId, publisherId, text, tsEvent, UNSET } from './field-columns.js';
import { column } from './schema-description.js';
import type { ColumnDescription } from './schema-description.js';

const header = [tsEvent('time at the gateway, ns since epoch'), publisherId, instrumentId] as const;

export const errorColumns: readonly ColumnDescription[] = [
  ...header,
  text('err', 16, [64, 302, 302], 'what went wrong'),
  column(
    'code',
    'u8',
    [null, 318, 318],
    '1 authentication failed, 2 key deactivated, 3 connection limit, 4 symbol resolution failed, 5 invalid subscription, 6 internal, 7 skipped records after slow reading, 8 replay data aged out',
    {
      nullValue: UNSET.u8,
      inference: {
        from: 'err',
        rules: [
          [/^User or API key deactivated$/, 2n],
          [/^User has reached their open connection limit$/, 3n],
          [/^Failed to resolve symbol/, 4n],
          [/^Internal error$/, 6n],
          [/^Slow client detected for /, 7n],
        ],
      },
    },
  ),
  column('is_last', 'u8', [null, 319, 319], '1 for the last of several about one thing', {
    nullValue: UNSET.u8,
  }),
];

export const systemColumns: readonly ColumnDescription[] = [
  ...header,
  text('msg', 16, [64, 303, 303], 'what the gateway says'),
  column(
    'code',
    'u8',
    [null, 319, 319],
    '0 heartbeat, 1 subscription acknowledged, 2 slow reader, 3 replay completed, 4 end of interval',
    {
      nullValue: UNSET.u8,
      inference: {
        from: 'msg',
        rules: [
          [/^Heartbeat$/, 0n],
          [/^End of interval for /, 4n],
          [/^Subscription request .*succeeded$/, 1n],
          [/^Warning: slow reading/, 2n],
          [/^Finished .*replay$/, 3n],
        ],
      },
    },
  ),
];

export const symbolMappingColumns: readonly ColumnDescription[] = [
  ...header,
  column('stype_in', 'u8', [null, 16, 16], 'type of stype_in_symbol', { nullValue: UNSET.u8 }),
  text('stype_in_symbol', [16, 17, 17], [22, 71, 71], 'the symbol as subscribed'),
  column('stype_out', 'u8', [null, 88, 88], 'type of stype_out_symbol', { nullValue: UNSET.u8 }),
  text('stype_out_symbol', [38, 89, 89], [22, 71, 71], 'what instrument_id stands for from now on'),
  column('start_ts', 'timestamp', [64, 160, 160], 'start of the mapping, ns since epoch'),
  column('end_ts', 'timestamp', [72, 168, 168], 'its exclusive end, ns since epoch'),
];
