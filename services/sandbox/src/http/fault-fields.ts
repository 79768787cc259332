/** What can be ordered at /faults, by the field that tells the kinds apart. */
import { z } from 'zod';
import type { Fault } from '../domain/faults.js';
import { date, parseFields } from '@tapeline/historical-api';
import type { Fields } from '@tapeline/historical-api';

const common = {
  method: z.string().min(1),
  times: z.int().positive().default(1),
  filename: z.string().min(1).optional(),
};
const whole = z.int().nonnegative().optional();

const refusal = z
  .strictObject({
    ...common,
    status: z.int().min(400).max(599),
    retry_after: z.number().nonnegative().optional(),
    case: z.string().min(1).optional(),
    message: z.string().optional(),
    payload: z.record(z.string(), z.unknown()).optional(),
  })
  .transform(({ retry_after: retryAfter, case: problem, ...rest }) => ({
    kind: 'refuse' as const,
    retryAfter,
    problem,
    ...rest,
  }));

const stall = z
  .strictObject({ ...common, stall: z.literal(true) })
  .transform(({ method, times, filename }) => ({
    kind: 'stall' as const,
    method,
    times,
    filename,
  }));

const stream = z
  .strictObject({
    ...common,
    cut_after_bytes: whole,
    cut_after_records: whole,
    stall_after_bytes: whole,
    delay_ms: whole,
    piece_bytes: z.int().positive().optional(),
    alter_byte: whole,
  })
  .transform((fields) => ({
    kind: 'stream' as const,
    method: fields.method,
    times: fields.times,
    filename: fields.filename,
    cutAfterBytes: fields.cut_after_bytes,
    cutAfterRecords: fields.cut_after_records,
    stallAfterBytes: fields.stall_after_bytes,
    delayMs: fields.delay_ms,
    pieceBytes: fields.piece_bytes,
    alterByte: fields.alter_byte,
  }));

const lostAnswer = z
  .strictObject({ ...common, lose_answer: z.literal(true) })
  .transform(({ method, times, filename }) => ({ kind: 'lose' as const, method, times, filename }));

const wrongHash = z
  .strictObject({ ...common, method: z.literal('batch.list_files'), wrong_hash: z.literal(true) })
  .transform(({ method, times, filename }) => ({ kind: 'hash' as const, method, times, filename }));

const slowJob = z
  .strictObject({
    ...common,
    method: z.literal('batch.submit_job'),
    done_after_polls: z.int().positive(),
  })
  .transform(({ done_after_polls: polls, ...rest }) => ({ kind: 'slow' as const, polls, ...rest }));

const restatement = z
  .strictObject({
    method: z.literal('restate'),
    dataset: z.string().min(1),
    date,
    last_modified_date: date.optional(),
  })
  .transform(({ dataset, date, last_modified_date: lastModified }) => ({
    kind: 'restate' as const,
    dataset,
    date,
    lastModified,
  }));

const expiry = z
  .strictObject({ method: z.literal('expire'), job_id: z.string().min(1) })
  .transform(({ job_id: jobId }) => ({ kind: 'expire' as const, jobId }));

/** What is done at once, and not to a call to come. */
export type Order = z.output<typeof restatement> | z.output<typeof expiry>;

/** @throws FieldsError */
export function parseFault(body: Fields): Fault | Order {
  if (body['method'] === 'restate') return parseFields(restatement, body);
  if (body['method'] === 'expire') return parseFields(expiry, body);
  if ('status' in body) return parseFields(refusal, body);
  if ('stall' in body) return parseFields(stall, body);
  if ('lose_answer' in body) return parseFields(lostAnswer, body);
  if ('wrong_hash' in body) return parseFields(wrongHash, body);
  if ('done_after_polls' in body) return parseFields(slowJob, body);
  return parseFields(stream, body);
}
