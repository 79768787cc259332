import type { Bus } from '@tapeline/bus';
import { eventSubject, jobEventSchema, STREAMS } from '@tapeline/contracts';
import type { JobEvent } from '@tapeline/contracts';
import { frame } from './frame.js';

const { name: STREAM } = STREAMS.INGEST_EVENTS;
/** Of events that wait for a slow client. */
const MOST_BYTES = 4 * 1024 * 1024;

/** After these a job ends, unless its command is sent again. */
const LAST: ReadonlySet<JobEvent['event']> = new Set([
  'completed',
  'failed',
  'rejected',
  'refused',
  'cancelled',
]);

/** The newest event of a job with its place in the stream; undefined before there is one. */
export async function lastEvent(
  { jsm }: Bus,
  jobId: string,
): Promise<{ readonly sequence: number; readonly ends: boolean } | undefined> {
  const stored = await jsm.streams.getMessage(STREAM, {
    last_by_subj: eventSubject(jobId, '>'),
  });
  if (!stored) return undefined;
  const event = readEvent(stored.data);
  return { sequence: stored.seq, ends: event !== undefined && LAST.has(event.event) };
}

/**
 * The events of a job as frames, each with its place in the stream, to the one that ends it.
 * @param after place of the last event that the client has; 0 for none.
 * @param signal ends it earlier; the stream's consumer goes with it.
 */
export async function* jobEvents(
  { js }: Bus,
  jobId: string,
  after: number,
  signal: AbortSignal,
): AsyncGenerator<string, void> {
  const consumer = await js.consumers.get(STREAM, {
    filter_subjects: [eventSubject(jobId, '>')],
    deliver_policy: 'by_start_sequence',
    opt_start_seq: after + 1,
  });
  const messages = await consumer.consume({ max_bytes: MOST_BYTES });
  const stop = (): void => void messages.close();
  signal.addEventListener('abort', stop, { once: true });
  try {
    if (signal.aborted) return;
    for await (const message of messages) {
      const event = readEvent(message.data);
      if (!event) continue;
      yield frame(event.event, JSON.stringify(event), message.seq);
      if (LAST.has(event.event) && message.info.pending === 0) return;
    }
  } finally {
    signal.removeEventListener('abort', stop);
    await messages.close();
    await consumer.delete().catch(() => undefined);
  }
}

/** Whether a job has a first event within a time: one submitted just now has it when the fetcher takes it. */
export async function hasEventWithin(
  bus: Bus,
  jobId: string,
  milliseconds: number,
  signal: AbortSignal,
): Promise<boolean> {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), milliseconds);
  const frames = jobEvents(bus, jobId, 0, AbortSignal.any([signal, late.signal]));
  try {
    return (await frames.next()).done !== true;
  } finally {
    clearTimeout(timer);
    await frames.return();
  }
}

/** Anyone may publish: what is no event is passed over, as services do. */
function readEvent(data: Uint8Array): JobEvent | undefined {
  try {
    return jobEventSchema.safeParse(JSON.parse(Buffer.from(data).toString('utf8'))).data;
  } catch {
    return undefined;
  }
}
