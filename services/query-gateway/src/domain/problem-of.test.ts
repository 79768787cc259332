import { NotFoundException } from '@nestjs/common';
import { expect, it } from '@jest/globals';
import { Problem } from './problem.js';
import { problemOf } from './problem-of.js';

const failure = (message: string, members: object = {}) =>
  Object.assign(new Error(message), members);

it.each([
  [new NotFoundException(), 404, 'unknown-route'],
  [failure('body is no JSON', { statusCode: 400 }), 400, 'refused-request'],
  [failure('body is too large', { statusCode: 413 }), 413, 'refused-request'],
  [failure('connect ECONNREFUSED', { code: 'ECONNREFUSED' }), 503, 'database-unavailable'],
  [failure('terminating connection', { code: '57P01' }), 503, 'database-unavailable'],
  [failure('too many connections', { code: '53300' }), 503, 'database-unavailable'],
  [failure('Connection terminated unexpectedly'), 503, 'database-unavailable'],
  [failure('relation does not exist', { code: '42P01' }), 503, 'database-unavailable'],
  [failure('syntax error at SELECT secret', { code: '42601' }), 500, 'internal-error'],
  ['a thrown text', 500, 'internal-error'],
  [null, 500, 'internal-error'],
])('%s becomes a problem of status %i', (error, status, kind) => {
  const problem = problemOf(error, 'incident-1');
  expect([problem.status, problem.kind]).toEqual([status, kind]);
});

it('says nothing of what an unexpected error says', () => {
  const details = problemOf(failure('SELECT secret'), 'incident-1').details('/v1/jobs');
  expect(details).toEqual({
    type: 'urn:tapeline:problem:internal-error',
    title: 'The gateway failed',
    status: 500,
    detail: 'an unexpected error stopped the request',
    instance: '/v1/jobs',
    remedy: `Look for incident incident-1 in the gateway's log.`,
    incident: 'incident-1',
  });
});

it('leaves a problem as it is', () => {
  const problem = new Problem('unknown-job', 'a', 'b');
  expect(problemOf(problem, 'incident-1')).toBe(problem);
});
