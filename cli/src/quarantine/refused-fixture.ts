import type { QuarantineGroup, ReplayView } from '@tapeline/storage';
import type { ShownRecord } from './quarantine-answers.js';

/** A refused trade as the gateway tells it. */
export const refusedTrade = (fields: Partial<ShownRecord> = {}): ShownRecord => ({
  id: '41',
  state: 'open',
  severity: 'error',
  dataset: 'GLBX.MDP3',
  schema: 'trades',
  instrument_id: 150297,
  symbol: 'ESU4-ESZ4',
  ts_ns: '1719840600123456789',
  rule: 'price_not_positive',
  reason: 'a trade at -49.750000000',
  job_id: 'es',
  chunk_id: 'db9e5408e5252827135e',
  batch_id: 'db9e5408e5252827135e.0',
  ordinal: '54',
  rules_version: 'a1b2c3',
  refused_at: '2026-11-23T13:26:01.250Z',
  resolved_at: null,
  replay_id: null,
  // Not in the order of the schema; `spread` was added by a rule. No double is 9007199254740993.
  record: {
    spread: '250000000',
    price: '-49750000000',
    order_id: null,
    size: 3,
    ts_event: '1719840600123456789',
    ts_recv: '9007199254740993',
  },
  decimals: { price: '-49.750000000' },
  times: {
    ts_event: '2024-07-01T13:30:00.123456789Z',
    ts_recv: '1970-04-15T05:59:59.254740993Z',
  },
  ...fields,
});

export const refusedGroup = (fields: Partial<QuarantineGroup> = {}): QuarantineGroup => ({
  key: 'price_not_positive',
  records: 1_757,
  open: 1_750,
  replayed: 4,
  filtered: 0,
  discarded: 3,
  superseded: 0,
  first_refused_at: '2026-11-23T13:26:01.250Z',
  last_refused_at: '2026-11-23T13:26:01.250Z',
  example: 'a trade at -49.750000000',
  ...fields,
});

export const endedReplay = (fields: Partial<ReplayView> = {}): ReplayView => ({
  replay_id: 'r1',
  command: { source: 'quarantine', filter: {}, dry_run: false },
  dry_run: false,
  state: 'completed',
  message: null,
  selected: 1_757,
  stored: 1_750,
  quarantined: 4,
  filtered: 3,
  accepted_at: '2026-11-23T13:27:00.000Z',
  ended_at: '2026-11-23T13:27:01.000Z',
  details: {},
  ...fields,
});
