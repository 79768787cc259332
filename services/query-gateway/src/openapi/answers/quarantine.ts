import { QUARANTINE_GROUPINGS, QUARANTINE_STATES } from '@tapeline/storage';
import type { QuarantineGrouping } from '@tapeline/storage';
import { z } from 'zod';

const count = z.int().nonnegative();
const time = z.iso.datetime().describe('UTC');

const refusedRecord = z
  .object({
    id: z.string(),
    state: z.enum(QUARANTINE_STATES),
    severity: z.string(),
    dataset: z.string(),
    schema: z.string(),
    instrument_id: count,
    symbol: z.string().nullable().describe("the venue's, as of the record's day"),
    ts_ns: z.string().nullable().describe('the index timestamp'),
    rule: z.string(),
    reason: z.string(),
    job_id: z.string(),
    chunk_id: z.string(),
    batch_id: z.string(),
    ordinal: z.string().describe('position in the chunk'),
    rules_version: z.string(),
    refused_at: time,
    resolved_at: time.nullable(),
    replay_id: z.string().nullable().describe('the replay that stored it, or tried it last'),
    record: z
      .record(z.string(), z.union([z.string(), z.number(), z.null()]))
      .describe('64-bit integers as text, prices in units of 1e-9'),
  })
  .meta({ id: 'RefusedRecord' });

const texts = z.record(z.string(), z.string());

export const refusedRecordAnswer = refusedRecord.extend({
  decimals: texts.describe('prices as decimals'),
  times: texts.describe('times in ISO 8601'),
});

export const quarantineAnswer = z.object({
  records: z.array(refusedRecord),
  next_cursor: z.string().nullable().describe('cursor of the next page; null on the last'),
});

/** Refused records by cause. */
export const quarantineStatsAnswer = z.object({
  by: z.enum(QUARANTINE_GROUPINGS as [QuarantineGrouping, ...QuarantineGrouping[]]),
  groups: z.array(
    z.object({
      key: z.string(),
      symbol: z.string().nullable().optional().describe('of an instrument'),
      records: count,
      open: count,
      replayed: count,
      filtered: count,
      discarded: count,
      superseded: count,
      first_refused_at: time,
      last_refused_at: time,
      example: z.string().describe('the reason of the last one'),
    }),
  ),
  records: count,
  open: count,
});

export const replayAcceptedAnswer = z.object({
  replay_id: z.string(),
  links: z.object({ replay: z.string().describe('its address') }),
});

export const discardAcceptedAnswer = z.object({
  discard_id: z.string(),
  matching: count.describe('open records that the filter means now'),
});
