import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import type { JetStreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { CONSUMERS, jobEventSchema, STREAMS } from '@tapeline/contracts';
import type { JobEvent } from '@tapeline/contracts';
import type { History } from '@tapeline/storage';

const { name: STREAM } = STREAMS.INGEST_EVENTS;

/** The API's codes for a stream and a consumer that are not there. */
const NOT_FOUND = new Set([10_059, 10_014]);

/** Their handlers save what they tell of later: plans, approvals, completions. */
const SAVING = [
  CONSUMERS.fetch,
  CONSUMERS.replay,
  CONSUMERS.decide,
  CONSUMERS.write,
  CONSUMERS.quarantine,
  CONSUMERS.project,
];

/** Reads INGEST_EVENTS from its beginning; messages that are no events are passed over, as services do. */
export async function readEvents(connection: NatsConnection): Promise<Omit<History, 'archive'>> {
  const manager = await jetstreamManager(connection);
  let next = 1;
  async function* events(): AsyncGenerator<JobEvent> {
    const state = await stateOf(manager);
    const last = state?.last_seq ?? 0;
    if (!state || state.messages === 0 || last < next) return;
    const consumer = await jetstream(connection).consumers.get(STREAM, {
      deliver_policy: 'by_start_sequence',
      opt_start_seq: next,
    });
    // The last ones may have been deleted: then none would come.
    if ((await consumer.info()).num_pending === 0) return;
    const taken = await consumer.consume();
    try {
      for await (const message of taken) {
        if (message.seq > last) return;
        next = message.seq + 1;
        const event = parseEvent(message.data);
        if (event) yield event;
        if (message.seq === last || message.info.pending === 0) return;
      }
    } finally {
      await taken.close();
    }
  }
  return {
    events,
    lost: async () => {
      const state = await stateOf(manager);
      return state ? Math.max(state.first_seq - 1, 0) + (state.num_deleted ?? 0) : 0;
    },
    inHand: () => inHand(manager),
  };
}

function parseEvent(data: Uint8Array): JobEvent | undefined {
  try {
    return jobEventSchema.safeParse(JSON.parse(Buffer.from(data).toString('utf8'))).data;
  } catch {
    return undefined;
  }
}

const stateOf = async (manager: JetStreamManager) =>
  (await unlessAbsent(manager.streams.info(STREAM)))?.state;

/** What services have taken and not finished. */
export async function inHand(manager: JetStreamManager): Promise<string[]> {
  const found: string[] = [];
  for (const { stream, durable } of SAVING) {
    const info = await unlessAbsent(manager.consumers.info(stream, durable));
    const taken = info?.num_ack_pending ?? 0;
    if (taken > 0) found.push(`${taken} of ${stream} by ${durable}`);
  }
  return found;
}

async function unlessAbsent<Answer>(asked: Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (NOT_FOUND.has((error as { code?: number }).code ?? 0)) return undefined;
    throw error;
  }
}
