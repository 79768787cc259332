import type { Bus } from '@tapeline/bus';
import { batchSubject, readBatchHeader } from '@tapeline/contracts';
import type { BatchHeader } from '@tapeline/contracts';
import { decodeArrow } from '@tapeline/records';
import { venueNames } from '@tapeline/storage';
import type { RecordBatch, Storage } from '@tapeline/storage';
import { jsonRecords } from '../domain/answer-format.js';
import { selectRecords } from '../domain/select-records.js';
import type { StreamRequest } from '../domain/stream-request.js';
import { BoundedQueue } from './bounded-queue.js';
import { frame } from './frame.js';

/** Batches, of at most 960 KiB each, that wait for a slow client. */
const MOST_WAITING = 8;
/** How long the symbol of an instrument, or that none is known, is remembered: it may come after its records. */
const NAMES_LIFETIME_MS = 5_000;

interface Waiting {
  readonly header: BatchHeader;
  readonly data: Uint8Array;
  /** Upper bound: before symbols are looked at. */
  readonly records: number;
}

/**
 * Validated batches as frames from now on, as they are published: by a plain subscription beside the work queue, which
 * sees each publish at most once, and takes none from the writer. Batches that come again to be tried under other
 * rules are left out.
 * @param signal ends it, and the subscription.
 */
export async function* validatedBatches(
  { nc }: Bus,
  lookups: Pick<Storage, 'pool'>,
  request: StreamRequest,
  signal: AbortSignal,
): AsyncGenerator<string, void> {
  const queue = new BoundedQueue<Waiting>(MOST_WAITING);
  const subscription = nc.subscribe(subjectOf(request), {
    callback: (error, message) => {
      const waiting = error ? undefined : readWaiting(message);
      if (waiting) queue.push(waiting);
    },
  });
  const stop = (): void => queue.close();
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  const write = frameWriter(lookups, request);
  try {
    // Only then is nothing missed that is published after the client has its answer.
    await nc.flush();
    yield frame('open', JSON.stringify({ at: Temporal.Now.instant().toString() }));
    for (let next = await queue.next(); next; next = await queue.next()) {
      const text =
        'missed' in next ? frame('missed', JSON.stringify(next.missed)) : await write(next.item);
      if (text !== undefined) yield text;
    }
  } finally {
    signal.removeEventListener('abort', stop);
    subscription.unsubscribe();
  }
}

const subjectOf = ({ dataset, schema }: StreamRequest): string =>
  batchSubject('validated', dataset ?? ANY, schema ?? ANY).replaceAll(ANY, '*');
/** A token that no dataset and no schema is. */
const ANY = '_';

function readWaiting(message: {
  readonly data: Uint8Array;
  readonly headers?: { get(name: string): string };
}): Waiting | undefined {
  try {
    const header = readBatchHeader((name) => message.headers?.get(name));
    if (header.replay !== undefined) return undefined;
    const records = header.fetched - header.filtered - header.quarantined;
    return { header, data: message.data, records };
  } catch {
    // Anyone may publish: what is no batch is the writer's to report.
    return undefined;
  }
}

/** Writes a batch as a frame; undefined if nothing of it is wanted. */
function frameWriter(
  lookups: Pick<Storage, 'pool'>,
  request: StreamRequest,
): (waiting: Waiting) => Promise<string | undefined> {
  const names = new Map<string, ReturnType<typeof venueNames>>();
  return async ({ header, data }) => {
    const { dataset, schema, job_id, chunk_id, batch_id } = header;
    const batch = decode(data);
    if (!batch) return undefined;
    const symbolNames =
      names.get(dataset) ?? venueNames(lookups, dataset, { lifetime: NAMES_LIFETIME_MS });
    names.set(dataset, symbolNames);
    const selected = selectRecords({ batch, symbols: await symbolNames(batch) }, request);
    const count = selected.batch.length;
    if (count === 0) return undefined;
    const head = JSON.stringify({ dataset, schema, job_id, chunk_id, batch_id, count });
    return frame('batch', `${head.slice(0, -1)},"records":[\n${recordsText(selected)}\n]}`);
  };
}

function decode(data: Uint8Array): RecordBatch['batch'] | undefined {
  try {
    return decodeArrow(data).batch;
  } catch {
    return undefined;
  }
}

const WHOLE = { fields: undefined, mapSymbols: true, price: 'decimal', time: 'ns' } as const;

/** As the gateway's JSON has them, one a line. */
const recordsText = (records: RecordBatch): string =>
  Buffer.from(jsonRecords(records.batch.schema, WHOLE)(records, true)).toString('utf8');
