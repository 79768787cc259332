import { expect, it } from '@jest/globals';
import { readBatchHeader } from '@tapeline/contracts';
import { ArrowMismatchError, decodeArrow } from '@tapeline/records';
import { BatchConflictError, BatchMismatchError } from '@tapeline/storage';
import { whyRefused } from './why-refused.js';

function errorOf(task: () => unknown): unknown {
  try {
    task();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}

it.each([
  [new ArrowMismatchError('no Arrow'), 'arrow_mismatch', 'no Arrow'],
  [new BatchConflictError('other records'), 'batch_conflict', 'other records'],
  [new BatchMismatchError('other counts'), 'batch_mismatch', 'other counts'],
])('gives up on %s', (error, code, message) => {
  expect(whyRefused(error, 'bad_header')).toEqual({ code, message });
});

it('gives up on bytes that are no Arrow', () => {
  const error = errorOf(() => decodeArrow(Buffer.from('no arrow at all')));
  expect(whyRefused(error, 'bad_header')).toMatchObject({ code: 'arrow_mismatch' });
});

it('names each fault of a header', () => {
  const header: Record<string, string> = { 'Tapeline-Job': 'j', 'Tapeline-Schema': 'mbp-5' };
  const error = errorOf(() => readBatchHeader((name) => header[name]));
  const refusal = whyRefused(error, 'bad_header');
  expect(refusal?.code).toBe('bad_header');
  expect(refusal?.message).toContain("'mbp-5' is no schema that tapeline knows");
  expect(refusal?.message).toContain('sha256');
});

it('gives up on an event that is no JSON', () => {
  const error = errorOf(() => JSON.parse('{"event":') as unknown);
  expect(whyRefused(error, 'bad_event')).toMatchObject({
    code: 'bad_event',
    message: expect.stringContaining('the payload is no JSON'),
  });
});

it.each([
  ['a database that is away', Object.assign(new Error('no'), { code: 'ECONNREFUSED' })],
  ['a bug', new TypeError('x is undefined')],
  ['anything else', 'text'],
])('has %s tried again', (_, error) => {
  expect(whyRefused(error, 'bad_header')).toBeUndefined();
});
