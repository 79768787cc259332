/** Batches, headers and a connection that can be cut, for the tests of this package. */
import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import type { BatchHeader } from '@tapeline/contracts';
import { ColumnarBatch, SCHEMAS } from '@tapeline/records';

export const DATASET = 'GLBX.MDP3';

/** 2024-07-01T00:00:00Z in ns. */
export const DAY_START = 1_719_792_000_000_000_000n;
export const DAY = 86_400_000_000_000n;

/** The header of an accepted batch, number `sequence` of its chunk. */
export function headerOf(
  batch: ColumnarBatch,
  chunk: string,
  sequence = 0,
  changes: Partial<BatchHeader> = {},
): BatchHeader {
  return {
    job_id: 'job',
    attempt: 1,
    chunk_id: chunk,
    batch_id: `${chunk}.${sequence}`,
    dataset: DATASET,
    schema: batch.schema.name,
    dbn_version: 3,
    ts_out: false,
    first_ordinal: 0,
    fetched: batch.length + (changes.filtered ?? 0) + (changes.quarantined ?? 0),
    filtered: 0,
    quarantined: 0,
    sha256: 'a'.repeat(64),
    rules_version: 'rules',
    part: 'stored',
    ...changes,
  };
}

/** Trades a second apart whose other columns are zero. */
export function trades(length: number, start = DAY_START): ColumnarBatch {
  const batch = ColumnarBatch.allocate(SCHEMAS.trades, length);
  for (let row = 0; row < length; row++) {
    batch.column('ts_recv')[row] = start + BigInt(row) * 1_000_000_000n;
    batch.column('instrument_id')[row] = 1;
    batch.column('ordinal')[row] = row;
  }
  return batch;
}

/** What a proxy does with bytes on their way to the server. */
export type Cut =
  | 'forward'
  /** The connection breaks before the server sees them. */
  | 'before'
  /** The server gets half of them. */
  | 'within'
  /** The server gets and answers them; the answer is lost. */
  | 'after';

/** A way to a PostgreSQL on which a test can break connections. */
export interface Proxy extends AsyncDisposable {
  readonly url: string;
  /** Asked for each piece of data that a client sends. */
  decide: (data: Buffer) => Cut;
}

/** Passes everything on to the server of a URL until told otherwise. */
export async function openProxy(url: string): Promise<Proxy> {
  const target = new URL(url);
  const sockets = new Set<Socket>();
  const proxy: Proxy = {
    url: '',
    decide: () => 'forward',
    [Symbol.asyncDispose]: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
  const server = createServer((client) => {
    const upstream = connect(Number(target.port), target.hostname);
    let answers = true;
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        sockets.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
    upstream.on('data', (data) => {
      if (answers) client.write(data);
      else client.destroy();
    });
    client.on('data', (data: Buffer) => {
      const cut = proxy.decide(data);
      if (cut === 'before') return void client.destroy();
      if (cut === 'after') answers = false;
      if (cut !== 'within') return void upstream.write(data);
      upstream.write(data.subarray(0, data.length / 2), () => client.destroy());
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = new URL(url);
  address.hostname = '127.0.0.1';
  address.port = String((server.address() as AddressInfo).port);
  return Object.assign(proxy, { url: address.href });
}
