import { ColumnarBatch, SCHEMAS } from '@tapeline/records';
import { chunkOf, eventOf } from '../jobs/job-fixture.js';
import { approveJob } from '../spend/index.js';
import type { Storage } from '../storage.js';
import { DAY, DAY_START, headerOf } from '../test-batches.js';
import { writeBatch } from '../write/write-batch.js';
import type { LiveHistory } from './live-history.js';
import { chunkWith, ESU4 } from './rebuild-fixture.js';

/** Jobs that share, fail, are taken over, stop early, replace, are held back and approved. */
export async function liveThrough(storage: Storage, live: LiveHistory): Promise<void> {
  await live.plan('plain', {
    chunks: [chunkOf('a', [1, 2]), chunkOf('b', [3])],
    symbology: [
      { ...ESU4, d0: '2024-07-02', d1: '2024-07-05' },
      { ...ESU4, stypeIn: 'continuous', symbol: 'ES.c.0', d0: '2024-07-01', d1: '2024-07-02' },
    ],
    days: [
      { date: '2024-07-01', condition: 'available', lastModifiedDate: '2024-07-02' },
      { date: '2024-07-02', condition: 'degraded', lastModifiedDate: null },
    ],
  });
  await live.plan('sharing', { chunks: [], shared: ['b'] });
  await live.fetch('plain', 'a', { stored: 5, refused: 2 });
  const truncated = { at: String(DAY_START + 7n), ties: { 3: 1 } };
  await live.fetch('plain', 'b', { stored: 4, skipped: 3, truncated });

  await live.plan('failing', { chunks: [chunkOf('f', [5])] });
  await live.plan('waiting', { chunks: [], shared: ['f'] });
  await live.tell(
    eventOf.failed('failing', { at: Temporal.Now.instant().add({ hours: 5 }).toString() }),
  );
  // The one that waited takes it over: its plan is there already.
  await live.plan('waiting', { chunks: [], shared: ['f'] });
  await live.fetch('waiting', 'f', { stored: 1 });

  const request = { start: String(DAY_START), replaces: '2024-08-01' };
  const newer = {
    ...chunkWith('n', [1], request),
    claims: [{ instrumentId: 1, start: DAY_START + 10n, end: DAY_START + DAY / 2n }],
  };
  await live.plan('newer', { chunks: [newer] });
  await live.fetch('newer', 'n', { stored: 3 });

  const every = {
    ...chunkWith('h', [], { symbols: ['ALL_SYMBOLS'] }),
    claims: [{ instrumentId: -1, start: DAY_START, end: DAY_START + 1n, endTies: 2 }],
  };
  await live.plan('held', { chunks: [every] });
  await live.tell({
    ...live.stamp('held'),
    event: 'quoted',
    quote: { usd: 1.5, records: 3, bytes: 144 },
    requests: [],
    archived: 0,
    some_held: false,
  });
  await live.fetch('held', 'h', { stored: 1, refused: 3 });
  const approved = await approveJob(storage, 'held');
  await live.tell({ ...live.stamp('held'), event: 'approved', usd: approved!.usd });
  await live.settle('held', 'h');

  await live.plan('stuck', {
    chunks: [
      chunkWith('s', [9], { exclude: [{ instrument_id: 9, start: '1', end: '2', end_ties: 0 }] }),
    ],
  });
  await live.fetch('stuck', 's', { stored: 1, refused: 3 });
  const wide = { end: String(DAY_START + 20n * DAY) };
  await live.plan('open', { chunks: [chunkOf('o', [11]), chunkWith('d', [12], wide)] });
  await define(storage, '1 ESU4 1', '9 ESZ4 2');
}

/** Stores definitions, given as `day symbol id`. */
async function define(storage: Storage, ...lines: string[]): Promise<void> {
  const batch = ColumnarBatch.allocate(SCHEMAS.definition, lines.length);
  const { width } = SCHEMAS.definition.columns.find(({ name }) => name === 'raw_symbol')!;
  lines.forEach((line, row) => {
    const [day = '', symbol = '', id = ''] = line.split(' ');
    batch.column('ts_recv')[row] = DAY_START + BigInt(day) * DAY;
    batch.column('instrument_id')[row] = Number(id);
    batch.column('security_update_action')[row] = 'A'.codePointAt(0)!;
    batch.column('ordinal')[row] = row;
    (batch.column('raw_symbol') as Uint8Array).set(Buffer.from(symbol), row * width);
  });
  await writeBatch(storage, headerOf(batch, 'd'), batch);
}
