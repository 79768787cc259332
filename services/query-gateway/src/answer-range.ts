import { HttpStatus } from '@nestjs/common';
import type { StreamableFile } from '@nestjs/common';
import type {
  Position,
  RangeQuery,
  RecordCursor,
  Storage,
  TimeseriesAnswer,
  TimeseriesOutcome,
} from '@tapeline/storage';
import type { FastifyReply } from 'fastify';
import type { AnswerCaps } from './domain/answer-caps.js';
import { requireFields } from './domain/answer-columns.js';
import type { AnswerOptions } from './domain/answer-options.js';
import { AnswerStream } from './domain/answer-stream.js';
import { writeCursor } from './domain/cursor.js';
import { formatOf } from './domain/format-of.js';
import { manifestHeader } from './domain/manifest.js';
import { readPage } from './domain/read-page.js';
import { explainNothing, explainRefusal } from './explain-refusal.js';
import { sendAnswer } from './send-answer.js';

/** What a range's answer must be, beside what its query says. */
export interface RangeRequest extends RangeQuery, AnswerOptions {
  readonly limit: number | undefined;
  /** Records of a page, if pages were asked for: the query has one more. */
  readonly pageSize?: number | undefined;
  readonly from?: Position | undefined;
}

/**
 * Sends what came of a query of a range, or throws the problem that says why there is nothing to send. What the store
 * does not hold all of is answered with 206.
 */
export async function answerRange(
  storage: Storage,
  request: RangeRequest,
  outcome: TimeseriesOutcome,
  caps: AnswerCaps,
  reply: FastifyReply,
): Promise<StreamableFile> {
  if (outcome.outcome !== 'answer') throw await explainRefusal(storage, request, outcome);
  const { records, first, nextCursor } = await begin(request, outcome);
  if (first === undefined) {
    const problem = await explainNothing(storage, request, outcome);
    if (problem) throw problem;
  }
  const format = formatOf({ request, answer: outcome }, request);
  reply.header('X-Tapeline-Manifest', manifestHeader(outcome));
  if (outcome.missing.length > 0) {
    reply.status(HttpStatus.PARTIAL_CONTENT).header('X-Warning', gapWarning(outcome));
  }
  if (nextCursor !== undefined) reply.header('X-Tapeline-Next-Cursor', nextCursor);
  const stream = new AnswerStream(records, first, format, { caps, nextCursor });
  return sendAnswer(reply, stream, format, request);
}

/** The first records of an answer, or of a page of it; it is closed if there is an error. */
async function begin(request: RangeRequest, answer: TimeseriesAnswer) {
  try {
    requireFields(answer.schema, request);
    const { records, next } = await pageOf(request, answer.records);
    return { records, first: await records.next(), nextCursor: next && writeCursor(next) };
  } catch (error) {
    await answer.records.close();
    throw error;
  }
}

async function pageOf({ pageSize, from }: RangeRequest, records: RecordCursor) {
  return pageSize === undefined ? { records, next: undefined } : readPage(records, pageSize, from);
}

/** In the form of Databento's header: a JSON array of `Category: text`. */
const gapWarning = ({ missing }: TimeseriesAnswer): string =>
  JSON.stringify([
    `Warning: ${missing.length} parts of the range are not held; "missing" in the JSON encoding lists them`,
  ]);
