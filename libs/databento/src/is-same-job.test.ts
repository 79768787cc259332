import { expect, it } from '@jest/globals';
import type { BatchJobRequest } from './batch-requests.js';
import { job } from './batch-responses.js';
import { isSameJob } from './is-same-job.js';
import { sampleJob } from './sample-job.js';

const request: BatchJobRequest = {
  dataset: 'GLBX.MDP3',
  schema: 'trades',
  symbols: ['ESU4', 'NQU4'],
  start: '2024-07-01',
  end: '2024-07-02',
};

const isSame = (asked: Partial<BatchJobRequest>, found: Record<string, unknown>): boolean =>
  isSameJob({ ...request, ...asked }, job.parse(sampleJob(found)));

it.each<[string, Partial<BatchJobRequest>, Record<string, unknown>]>([
  ['as it is', {}, {}],
  ['order and repetition of symbols', { symbols: ['NQU4', 'ESU4', 'ESU4'] }, {}],
  ['one symbol as a text', { symbols: ['ES.FUT'] }, { symbols: 'ES.FUT' }],
  ['times in ns', { start: 1_719_792_000_000_000_000n, end: '1719878400000000000' }, {}],
  ['an offset', { start: '2024-07-01T02:00+02:00' }, {}],
  ['defaults that are named', { stypeIn: 'raw_symbol', encoding: 'dbn', prettyPx: false }, {}],
  ['no compression', { compression: 'none' }, { compression: null }],
  ['no split', { splitDuration: 'none' }, { split_duration: null }],
  ['what the job does not tell', { prettyPx: true }, { pretty_px: null, stype_out: null }],
  ['any state', {}, { state: 'expired', cost_usd: 3, record_count: 8 }],
])('takes for the same: %s', (_, asked, found) => {
  expect(isSame(asked, found)).toBe(true);
});

it('knows what an end left out means', () => {
  const { end: _, ...open } = request;
  expect(isSameJob(open, job.parse(sampleJob()))).toBe(true);
  expect(isSameJob(open, job.parse(sampleJob({ end: '2024-07-03T00:00:00Z' })))).toBe(false);
  // Only the server knows how far from such a start on.
  const exact = { ...open, start: 1_719_792_000_000_000_000n };
  expect(isSameJob(exact, job.parse(sampleJob()))).toBe(true);
});

it.each<[string, Partial<BatchJobRequest>, Record<string, unknown>]>([
  ['dataset', {}, { dataset: 'XNAS.ITCH' }],
  ['schema', {}, { schema: 'mbo' }],
  ['a symbol more', { symbols: ['ESU4'] }, {}],
  ['a symbol less', { symbols: ['ESU4', 'NQU4', 'CLU4'] }, {}],
  ['case of a symbol', { symbols: ['ESU4', 'nqu4'] }, {}],
  ['stype_in', { stypeIn: 'continuous' }, {}],
  ['stype_out', { stypeOut: 'raw_symbol' }, {}],
  ['a start 1 ns later', { start: 1_719_792_000_000_000_001n }, {}],
  ['an end 1 ns earlier', { end: 1_719_878_399_999_999_999n }, {}],
  ['a limit', { limit: 5 }, {}],
  ['no limit', {}, { limit: 5 }],
  ['encoding', { encoding: 'csv', mapSymbols: false }, {}],
  ['compression', { compression: 'none' }, {}],
  ['pretty_px', { prettyPx: true }, {}],
  ['pretty_ts', { prettyTs: true }, {}],
  ['map_symbols', { mapSymbols: true }, {}],
  ['split_symbols', { splitSymbols: true }, {}],
  ['split_duration', { splitDuration: 'month' }, {}],
  ['split_size', { splitSize: 1e9 }, {}],
])('takes for another: %s', (_, asked, found) => {
  expect(isSame(asked, found)).toBe(false);
});
