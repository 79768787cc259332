import { expect, it } from '@jest/globals';
import { batchMessageId, readBatchHeader, writeBatchHeader } from './batch-header.js';
import type { BatchHeader } from './batch-header.js';
import { batchSubject, eventSubject } from './subjects.js';

const header: BatchHeader = {
  job_id: 'j',
  attempt: 7,
  chunk_id: 'c',
  batch_id: 'c.0',
  dataset: 'GLBX.MDP3',
  schema: 'ohlcv-1m',
  dbn_version: 2,
  ts_out: true,
  first_ordinal: 10_000,
  fetched: 10,
  filtered: 1,
  quarantined: 2,
  sha256: 'a'.repeat(64),
  rules_version: '-',
  part: 'quarantined.0',
};

it('comes back as it was written', () => {
  const written = writeBatchHeader(header);
  expect(written['Tapeline-Ts-Out']).toBe('1');
  expect(readBatchHeader((name) => written[name])).toEqual(header);
});

it('names what is missing or malformed', () => {
  const written = { ...writeBatchHeader(header), 'Tapeline-Fetched': '-1', 'Tapeline-Schema': 'x' };
  expect(() => readBatchHeader((name) => written[name as keyof typeof written])).toThrow(
    /no schema that tapeline knows[\s\S]*fetched/,
  );
  expect(() => readBatchHeader(() => undefined)).toThrow('batch_id');
});

it('has one message id for each part of each attempt', () => {
  const ids = [
    header,
    { ...header, part: 'stored' },
    { ...header, attempt: 8 },
    { ...header, job_id: 'k' },
  ].map((each) => batchMessageId('raw', each));
  expect(new Set(ids).size).toBe(4);
  expect(batchMessageId('raw', { ...header })).toBe(ids[0]);
});

it('writes names into subjects without their dots', () => {
  expect(batchSubject('raw', 'GLBX.MDP3', 'ohlcv-1m')).toBe('md.raw.GLBX-MDP3.ohlcv-1m');
  expect(eventSubject('a.b>*', 'failed')).toBe('ingest.event.a-b--.failed');
});
