import { StreamableFile } from '@nestjs/common';
import { ALL_SYMBOLS } from '@tapeline/contracts';
import {
  datesOf,
  degradedWarning,
  parseOutput,
  parseRange,
  rangeFormat,
  rangeMetadata,
  warningHeader,
} from '@tapeline/historical-api';
import type { Fields, FormatBatch, Resolution } from '@tapeline/historical-api';
import { ColumnarBatch, SCHEMAS } from '@tapeline/records';
import type { SchemaName } from '@tapeline/records';
import { openTimeseries, readDegradedDays, requestedNames } from '@tapeline/storage';
import type { RecordBatch, Storage, SymbolNames, TimeseriesAnswer } from '@tapeline/storage';
import type { FastifyReply } from 'fastify';
import type { AnswerCaps } from '../domain/answer-caps.js';
import { AnswerStream } from '../domain/answer-stream.js';
import { explainNothing, explainRefusal } from '../explain-refusal.js';
import { gapWarning } from './gap-warning.js';
import { SENT_VERSION, StoredHistory } from './stored-history.js';

export interface RangeStorages {
  readonly storage: Storage;
  /** Connections that slow readers may take all of. */
  readonly queries: Storage;
}

/**
 * Sends what is held of a range as timeseries.get_range does. What is not held of it is named in `X-Warning`; nothing held
 * at all, or no symbol known, is an error.
 * @throws FieldsError, ApiError, Problem
 */
export async function sendRange(
  { storage, queries }: RangeStorages,
  fields: Fields,
  caps: AnswerCaps,
  reply: FastifyReply,
  signal: AbortSignal,
): Promise<StreamableFile> {
  const output = parseOutput(fields);
  const request = parseRange(fields);
  const history = new StoredHistory(storage, queries, signal);
  const { schema, resolution, query } = await history.plan(request);
  const degraded = await readDegradedDays(storage, query.dataset, datesOf(query));
  const metadata = rangeMetadata(
    { ...request, ...query, symbols: request.symbols },
    schema,
    resolution,
    SENT_VERSION,
  );
  const { contentType, write } = rangeFormat(output, metadata, schema);
  const all = { ...query, fields: undefined };
  const answer = await openTimeseries(queries, storage, all, signal);
  if (answer.outcome !== 'answer') throw await explainRefusal(storage, query, answer);
  const first = await begin(answer);
  const problem = first ? undefined : await explainNothing(storage, query, answer);
  if (problem) throw problem;
  const names = query.symbols.includes(ALL_SYMBOLS)
    ? undefined
    : requestedNames(intervalsOf(resolution, request.stypeIn));
  const stream = new AnswerStream(
    answer.records,
    first,
    { contentType, write: (batches) => write(named(batches, schema.name, names)) },
    { caps },
  );
  const warnings = [
    ...(degraded.length > 0 ? [degradedWarning(degraded)] : []),
    ...(answer.missing.length > 0 ? [gapWarning(answer.missing)] : []),
  ];
  if (warnings.length > 0) reply.header('X-Warning', warningHeader(warnings));
  const { partial, notFound } = resolution;
  reply.status(partial.length + notFound.length > 0 ? 206 : 200);
  return new StreamableFile(stream, { type: contentType });
}

/** The first records; the answer is closed if there is an error. */
async function begin({ records }: TimeseriesAnswer): Promise<RecordBatch | undefined> {
  try {
    return await records.next();
  } catch (error) {
    await records.close();
    throw error;
  }
}

/** The records as Databento has them, without what rules added; each with the key under which it was found. */
async function* named(
  batches: AsyncGenerator<RecordBatch>,
  schemaName: SchemaName,
  names: SymbolNames | undefined,
): AsyncGenerator<FormatBatch> {
  const schema = SCHEMAS[schemaName];
  for await (const { batch: stored, symbols: venue } of batches) {
    const columns = schema.columns.map(({ name }) => stored.column(name));
    const batch = new ColumnarBatch(schema, stored.length, columns);
    const { names: texts, slots } = names ? await names(batch) : venue;
    yield { batch, symbolOf: (row) => texts[slots[row]!] ?? null };
  }
}

/** Which key an instrument had on which days; of keys that are ids, what they stand for. */
const intervalsOf = ({ result }: Resolution, stypeIn: string) =>
  [...result].flatMap(([key, intervals]) =>
    intervals.map(({ d0, d1, s }) =>
      stypeIn === 'instrument_id'
        ? { symbol: s, instrumentId: Number(key), d0, d1 }
        : { symbol: key, instrumentId: Number(s), d0, d1 },
    ),
  );
