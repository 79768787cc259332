import { expect, it } from '@jest/globals';
import { eventOf } from '../jobs/job-fixture.js';
import { projectEvent } from '../jobs/project-event.js';
import type { Storage } from '../storage.js';
import { eachWithStorage } from '../test-storage.js';
import { approveJob, readApproval, readJobState } from './approval.js';

let storage: Storage;

eachWithStorage(1, (opened) => (storage = opened));

const by = { job_id: 'j', by: 'fetcher' };
const at = (second: number): string => `2026-01-01T00:00:0${second}Z`;

it('covers the quote to its last digit', async () => {
  const usd = 0.0002390742301940918;
  const waits = { event: 'awaiting_approval', reason: 'over_job_limit', message: 'dear' } as const;
  const quoted = {
    requests: [],
    archived: 0,
    some_held: false,
    quote: { usd, records: 1, bytes: 48 },
  };
  expect(await readJobState(storage, 'j')).toBeUndefined();
  expect(await approveJob(storage, 'j')).toBeUndefined();
  await projectEvent(storage, eventOf.accepted('j', { at: at(0) }));
  await projectEvent(storage, { ...by, at: at(1), event: 'quoted', ...quoted });
  await projectEvent(storage, { ...by, at: at(2), ...waits });
  expect(await readJobState(storage, 'j')).toBe('awaiting_approval');

  const approved = await approveJob(storage, 'j');
  expect(approved?.usd).toBe(0.00024);
  expect(await readApproval(storage, 'j')).toBeGreaterThanOrEqual(usd);
  await projectEvent(storage, { ...by, at: at(3), event: 'approved', usd: approved!.usd });
  expect(await readJobState(storage, 'j')).toBe('accepted');

  // The news that it waited comes again, after it was approved.
  await projectEvent(storage, { ...by, at: at(2), ...waits });
  expect(await readJobState(storage, 'j')).toBe('accepted');
});
