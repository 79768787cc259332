/** The whole path on the sandbox's market: what a user does, and what must come of it. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { connect } from '@nats-io/transport-node';
import type { NatsConnection } from '@nats-io/transport-node';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { StackClient } from './stack-client.js';

interface Span {
  readonly traceId: string;
  readonly name: string;
  readonly service: string;
}

/** Takes OTLP over HTTP in its JSON form, as a collector would. */
const spans: Span[] = [];
const collector = createServer((request, response) => {
  void (async () => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { resourceSpans } = JSON.parse(Buffer.concat(chunks).toString()) as {
      resourceSpans: {
        resource: { attributes: { key: string; value: { stringValue: string } }[] };
        scopeSpans: { spans: { traceId: string; name: string }[] }[];
      }[];
    };
    for (const { resource, scopeSpans } of resourceSpans) {
      const service = resource.attributes.find(({ key }) => key === 'service.name')!;
      for (const { traceId, name } of scopeSpans.flatMap((scope) => scope.spans)) {
        spans.push({ traceId, name, service: service.value.stringValue });
      }
    }
    response.end('{}');
  })();
});

let client: StackClient;
let nats: NatsConnection;

beforeAll(async () => {
  await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve));
  client = await StackClient.start('whole-path', {
    SANDBOX_TRADES_PER_DAY: '5000',
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${(collector.address() as AddressInfo).port}`,
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
    OTEL_METRICS_EXPORTER: 'none',
    OTEL_LOGS_EXPORTER: 'none',
    OTEL_BSP_SCHEDULE_DELAY: '100',
  });
  nats = await connect({ servers: client.stack.urls.nats });
});

afterAll(async () => {
  await nats?.close();
  await client?.stop();
  collector.closeAllConnections();
  collector.close();
});

const futures = {
  dataset: 'GLBX.MDP3',
  schema: 'trades',
  symbols: 'ES.c.0,CL.c.0,NG.c.0',
  stype_in: 'continuous',
  start: '2024-07-01',
  end: '2024-07-02',
};

it('keeps every record of a multi-symbol job under its own instrument', async () => {
  const job = await client.run(futures);
  expect(job).toMatchObject({ state: 'completed', holds: true, quarantined: 0 });
  expect(job.fetched).toBeGreaterThan(1000);
  expect(await client.count('trades')).toBe(job.fetched);

  const { symbols, ...query } = futures;
  const ids = new Set<unknown>();
  let sum = 0;
  for (const symbol of symbols.split(',')) {
    const records = await client.records({ ...query, symbols: symbol });
    const own = new Set(records.map((record) => record['instrument_id']));
    expect([...own]).toHaveLength(1);
    expect(records.every((record) => record['symbol'] === symbol)).toBe(true);
    own.forEach((id) => ids.add(id));
    sum += records.length;
  }
  expect(ids.size).toBe(3);
  expect(sum).toBe(job.fetched);
});

it('adds no row when the same job is sent again, and says that it is held', async () => {
  const before = await client.count('trades');
  const job = await client.run(futures);
  expect(job).toMatchObject({ state: 'completed', fetched: 0, stored: 0, reason: 'already_held' });
  expect(await client.count('trades')).toBe(before);
});

it('buys only what is missing when jobs overlap, and answers by every name', async () => {
  const before = await client.count('trades');
  const [parent, raw] = await Promise.all([
    client.run({ ...futures, symbols: 'ES.FUT', stype_in: 'parent' }),
    client.run({ ...futures, symbols: 'ESU4', stype_in: 'raw_symbol' }),
  ]);
  expect([parent.state, raw.state]).toEqual(['completed', 'completed']);
  const ask = (symbols: string, stype_in: string) =>
    client.records({ ...futures, symbols, stype_in });
  const front = await ask('ES.c.0', 'continuous');
  expect(await ask('ESU4', 'raw_symbol')).toEqual(
    front.map((record) => ({ ...record, symbol: 'ESU4' })),
  );
  const all = await ask('ES.FUT', 'parent');
  expect(all.length).toBeGreaterThan(front.length);
  expect(await client.count('trades')).toBe(before + all.length - front.length);
});

/** How many records the sandbox has for a request. */
async function countAtSource(request: Record<string, string>): Promise<number> {
  const response = await fetch(
    new URL('/v0/metadata.get_record_count', client.stack.urls.sandbox),
    {
      method: 'POST',
      headers: { authorization: `Basic ${Buffer.from('db-any-key:').toString('base64')}` },
      body: new URLSearchParams(request),
    },
  );
  return (await response.json()) as number;
}

it('takes a limited job and then the rest without a record twice or missing', async () => {
  const range = { ...futures, symbols: 'HO.c.0' };
  const limited = await client.run({ ...range, limit: 100 });
  expect(limited).toMatchObject({ state: 'completed', stored: 100 });
  expect(await client.run({ ...range, limit: 100 })).toMatchObject({
    stored: 0,
    reason: 'already_held',
  });
  const rest = await client.run(range);
  const records = await client.records(range);
  expect(records).toHaveLength(100 + rest.stored);
  expect(records).toHaveLength(await countAtSource(range));
});

it('leaves no gap where a limited job and the whole are sent together', async () => {
  const range = { ...futures, schema: 'tbbo', symbols: 'HO.c.0' };
  const [, whole] = await Promise.all([client.run({ ...range, limit: 50 }), client.run(range)]);
  expect(whole).toMatchObject({ state: 'completed', holds: true });
  expect(await client.records(range)).toHaveLength(await countAtSource(range));
  expect(await client.count('tbbo')).toBe(await countAtSource(range));
});

it('takes a command from any NATS client', async () => {
  const command = { ...futures, job_id: 'from-nats', symbols: 'RB.c.0', schema: 'ohlcv-1h' };
  nats.publish('ingest.command.request', JSON.stringify(command));
  expect(await client.ended('from-nats')).toMatchObject({ state: 'completed', holds: true });
});

it('goes on with the command of a job id, and refuses another under it', async () => {
  const rejections = nats.subscribe('ingest.event.from-nats.rejected', { max: 1 });
  const command = { ...futures, job_id: 'from-nats', symbols: 'NG.c.0', schema: 'ohlcv-1h' };
  nats.publish('ingest.command.request', JSON.stringify(command));
  for await (const message of rejections) {
    expect(message.json()).toMatchObject({
      reason: 'invalid_command',
      message: "job_id: 'from-nats' is the id of another command",
    });
  }
  expect(await client.ended('from-nats')).toMatchObject({ state: 'completed', holds: true });
});

it.each([
  [{ schema: 'trade' }, /schema: 'trade' is no schema .* it knows mbo, mbp-1/],
  [{ end: '2024-07-01' }, /end: end is exclusive and must be after start/],
  [{ symbols: '' }, /symbols.*a symbol is empty/],
  [{ start: 'yesterday' }, /start: 'yesterday' is not a time/],
  [{ symbol: 'ES' }, /Unrecognized key: "symbol"/],
])('rejects a command with %j, says why, and tries it once', async (change, reason) => {
  const job_id = `bad-${Object.keys(change)[0]}`;
  nats.publish('ingest.command.request', JSON.stringify({ ...futures, job_id, ...change }));
  const job = await client.ended(job_id);
  expect(job).toMatchObject({ state: 'rejected', reason: 'invalid_command' });
  expect(job.message).toMatch(reason);
});

it('rejects what is no JSON without stopping', async () => {
  nats.publish('ingest.command.request', 'not json');
  const rejected = () =>
    client.sql<{ state: string }>(
      `SELECT state FROM job WHERE message LIKE 'the command is no JSON%'`,
    );
  while ((await rejected()).length === 0) await delay(50);
  expect(await rejected()).toEqual([{ state: 'rejected' }]);
});

it.each([
  [{ start: '2024-06-29', end: '2024-06-30' }, 'completed', 'no_session'],
  [{ symbols: 'XX.c.0' }, 'completed', 'symbol_not_resolved'],
  [{ dataset: 'XXXX.YYYY' }, 'failed', 'upstream_refused'],
])('says why %j found nothing', async (change, state, reason) => {
  const job = await client.run({ ...futures, ...change });
  expect(job).toMatchObject({ state, reason, fetched: 0 });
  expect(job.message).not.toBe('');
});

it('says what is wrong with a file', async () => {
  expect(await client.run({ file: '/nowhere/x.dbn' })).toMatchObject({
    state: 'failed',
    reason: 'unreadable_file',
  });
});

it('holds command, fetch, transform, validate and write in one trace', async () => {
  await client.run({ ...futures, symbols: 'NG.c.0', schema: 'ohlcv-1h' });
  const path = [
    ['query-gateway', 'publish ingest.command.request'],
    ['fetcher', 'process ingest.command.request'],
    ['fetcher', 'publish md.raw.GLBX-MDP3.ohlcv-1h'],
    ['transformer', 'process md.raw.GLBX-MDP3.ohlcv-1h'],
    ['validator', 'process md.transformed.GLBX-MDP3.ohlcv-1h'],
    ['writer', 'process md.validated.GLBX-MDP3.ohlcv-1h'],
  ];
  const whole = () => {
    const traces = Map.groupBy(spans, (span) => span.traceId);
    return [...traces.values()].find((trace) =>
      path.every(([service, name]) =>
        trace.some((span) => span.service === service && span.name === name),
      ),
    );
  };
  while (!whole()) await delay(50);
  expect(new Set(whole()!.map((span) => span.traceId)).size).toBe(1);
});
