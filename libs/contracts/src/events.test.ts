import { expect, it } from '@jest/globals';
import { eventMessageId } from './events.js';
import type { JobEvent } from './events.js';

const base = { job_id: 'j', by: 'writer' };
const totals = { fetched: 1, stored: 1, quarantined: 0, filtered: 0 };

it('drops a completion that two writers find, at whatever moment', () => {
  const completed = (at: string): JobEvent => ({
    ...base,
    at,
    event: 'completed',
    totals,
    reason: null,
    message: null,
  });
  expect(eventMessageId(completed('1'))).toBe(eventMessageId(completed('2')));
  const chunk = (chunk_id: string): JobEvent => ({
    ...base,
    at: '1',
    event: 'chunk_complete',
    chunk_id,
    totals,
  });
  expect(eventMessageId(chunk('a'))).not.toBe(eventMessageId(chunk('b')));
});

it('lets a job that is sent again be heard', () => {
  const failed = (at: string): JobEvent => ({
    ...base,
    at,
    event: 'failed',
    reason: 'dead_letter',
    message: '',
    batch_id: null,
  });
  expect(eventMessageId(failed('1'))).not.toBe(eventMessageId(failed('2')));
});

it('tells parts apart, and one chunk that is held back from another', () => {
  const resolved = (part: number): JobEvent => ({
    ...base,
    at: '1',
    event: 'resolved',
    part,
    dataset: 'GLBX.MDP3',
    symbology: [],
    days: [],
  });
  expect(eventMessageId(resolved(0))).not.toBe(eventMessageId(resolved(1)));
  const waits = (chunk?: string): JobEvent => ({
    ...base,
    at: '1',
    event: 'awaiting_approval',
    reason: 'too_many_refused',
    message: '',
    ...(chunk !== undefined && { chunk_id: chunk }),
  });
  const ids = [waits(), waits('a'), waits('b')].map(eventMessageId);
  expect(new Set(ids).size).toBe(3);
});
