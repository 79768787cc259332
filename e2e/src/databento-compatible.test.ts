/**
 * What Databento's clients read from the gateway is what they read from Databento: the sandbox, from which the
 * stack has bought it, and the gateway are asked the same.
 */
import { readFileSync } from 'node:fs';
import { zstdDecompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  csvHeader,
  decodeRecords,
  encodeCsv,
  encodeJson,
  readPrelude,
  decodeMetadata,
} from '@tapeline/dbn';
import type { DbnMetadata } from '@tapeline/dbn';
import { SCHEMAS } from '@tapeline/records';
import type { SchemaDescription, SchemaName } from '@tapeline/records';
import { describeWithTestdata, hasTestdata, testdataPath } from '@tapeline/testing';
import { asAnswer, readExpected, readIndex, sortFiles } from './expected-records.js';
import { StackClient } from './stack-client.js';

type Parameters = Readonly<Record<string, string>>;

const HEADER_BYTES = 16;
const SANDBOX_KEY = 'db-tapeline-embedded-sandbox-key';
const DATASET = 'GLBX.MDP3';
const WEEK = { dataset: DATASET, start: '2024-07-01', end: '2024-07-04' };

let client: StackClient;

/** What the stack holds, in Databento's words. */
const BOUGHT: readonly Parameters[] = [
  { ...WEEK, schema: 'trades', symbols: 'ESU4,CLQ4', stype_in: 'raw_symbol' },
  { ...WEEK, schema: 'mbp-1', symbols: 'ES.c.0', stype_in: 'continuous', end: '2024-07-02' },
  { ...WEEK, schema: 'ohlcv-1m', symbols: 'ES.FUT', stype_in: 'parent' },
  { ...WEEK, schema: 'definition', symbols: 'ALL_SYMBOLS', stype_in: 'raw_symbol' },
  { ...WEEK, schema: 'statistics', symbols: 'ALL_SYMBOLS', stype_in: 'raw_symbol' },
];

beforeAll(async () => {
  client = await StackClient.start('compatible', { SANDBOX_TRADES_PER_DAY: '2000' });
  for (const command of BOUGHT) {
    const { state, message } = await client.run(command);
    if (state !== 'completed') throw new Error(`${state}: ${message}`);
  }
});
afterAll(() => client?.stop());

type Side = 'sandbox' | 'gateway';

/** A request as Databento's client for Python sends it. */
function ask(side: Side, method: string, fields: Parameters, verb = 'POST'): Promise<Response> {
  const { urls, gatewayKey } = client.stack;
  const key = side === 'sandbox' ? SANDBOX_KEY : gatewayKey;
  const form = new URLSearchParams(fields).toString();
  const url = `${urls[side]}/v0/${method}${verb === 'GET' ? `?${form}` : ''}`;
  return fetch(url, {
    method: verb,
    headers: {
      accept: 'application/json',
      'accept-encoding': 'gzip, deflate',
      authorization: `Basic ${Buffer.from(`${key}:`).toString('base64')}`,
      'user-agent': 'Databento/0.82.0 Python/3.12.4 Linux/6.1',
      ...(verb === 'POST' && { 'content-type': 'application/x-www-form-urlencoded' }),
    },
    ...(verb === 'POST' && { body: form }),
  });
}

const onBoth = async <Answer>(ask: (side: Side) => Promise<Answer>): Promise<[Answer, Answer]> =>
  Promise.all([ask('sandbox'), ask('gateway')]);

async function json(side: Side, method: string, fields: Parameters, verb?: string) {
  const response = await ask(side, method, fields, verb);
  return { status: response.status, body: await response.json() };
}

/** The mappings have no order that means anything. */
const byName = (metadata: DbnMetadata): DbnMetadata => ({
  ...metadata,
  mappings: metadata.mappings.toSorted((a, b) => (a.rawSymbol < b.rawSymbol ? -1 : 1)),
});

/** The whole answer of get_range as the Python client asks for it. */
async function range(side: Side, fields: Parameters) {
  const response = await ask(side, 'timeseries.get_range', {
    stype_out: 'instrument_id',
    encoding: 'dbn',
    compression: 'zstd',
    ...fields,
  });
  const bytes = Buffer.from(await response.arrayBuffer());
  if (!response.ok) throw new Error(`${response.status}: ${bytes.toString()}`);
  const dbn = zstdDecompressSync(bytes);
  const { size } = readPrelude(dbn);
  return {
    status: response.status,
    type: response.headers.get('content-type'),
    warning: response.headers.get('x-warning'),
    metadata: byName(decodeMetadata(dbn)),
    records: dbn.subarray(size),
  };
}

describe('timeseries.get_range', () => {
  it.each([...BOUGHT, ...BOUGHT.map((fields) => ({ ...fields, limit: '77' }))])(
    'gives the same bytes: $schema $symbols $limit',
    async (fields) => {
      const [theirs, ours] = await onBoth((side) => range(side, fields));
      expect(ours.metadata).toEqual(theirs.metadata);
      expect({ ...ours, metadata: 0, records: 0 }).toEqual({ ...theirs, metadata: 0, records: 0 });
      expect(theirs.records.length).toBeGreaterThan(0);
      expect(ours.records.equals(theirs.records)).toBe(true);
    },
  );

  it('gives parts of a day, without compression, from a query, too', async () => {
    const fields = {
      ...BOUGHT[0],
      dataset: DATASET,
      start: '2024-07-01T13:30:00.000000001Z',
      end: String(1_719_842_400_000_000_000n),
      encoding: 'dbn',
    };
    const [theirs, ours] = await onBoth(async (side) => {
      const response = await ask(side, 'timeseries.get_range', fields, 'GET');
      return Buffer.from(await response.arrayBuffer());
    });
    expect(theirs.length).toBeGreaterThan(1000);
    expect(ours.equals(theirs)).toBe(true);
  });

  it.each<[string, Parameters]>([
    ['csv', {}],
    ['csv', { pretty_px: 'True', pretty_ts: 'true', map_symbols: '1' }],
    ['json', { compression: 'zstd' }],
    ['json', { pretty_px: 'true', pretty_ts: '1', map_symbols: 'True' }],
  ])('gives %s %j as the text of the same records', async (encoding, options) => {
    for (const fields of BOUGHT.slice(0, 3)) {
      const theirs = await range('sandbox', fields);
      const schema = SCHEMAS[fields['schema'] as SchemaName];
      const stride = schema.recordSize[3];
      const batch = decodeRecords(schema, 3, theirs.records, { stride, firstOrdinal: 0 });
      const ids = batch.column('instrument_id');
      const names = new Map(
        theirs.metadata.mappings.flatMap(({ rawSymbol, intervals }) =>
          intervals.map(({ symbol }) => [Number(symbol), rawSymbol] as const),
        ),
      );
      const text = {
        prettyPx: 'pretty_px' in options,
        prettyTs: 'pretty_ts' in options,
        ...('map_symbols' in options && {
          symbolOf: (row: number) => names.get(Number(ids[row])) ?? null,
        }),
      };
      const expected =
        encoding === 'csv'
          ? csvHeader(schema, text) + encodeCsv(batch, text)
          : encodeJson(batch, text);
      const response = await ask('gateway', 'timeseries.get_range', {
        ...fields,
        ...options,
        encoding,
      });
      const bytes = Buffer.from(await response.arrayBuffer());
      const plain = 'compression' in options ? zstdDecompressSync(bytes) : bytes;
      expect(plain.equals(Buffer.from(expected))).toBe(true);
    }
  });

  it('names unknown symbols as not found, and says what is not held', async () => {
    const fields = { ...BOUGHT[0], dataset: DATASET, symbols: 'ESU4,NOPE' };
    const [theirs, ours] = await onBoth((side) => range(side, fields));
    expect(ours).toEqual(theirs);
    expect([ours.status, ours.metadata.notFound]).toEqual([206, ['NOPE']]);

    const longer = await range('gateway', { ...BOUGHT[0], end: '2024-07-06' });
    expect(JSON.parse(longer.warning!)).toEqual([
      expect.stringMatching(
        /^Warning: not held here, and so not sent: .*ESU4 from 2024-07-04T00:00/,
      ),
    ]);
    const whole = await range('gateway', BOUGHT[0]!);
    expect(longer.records.equals(whole.records)).toBe(true);
  });
});

describe('metadata and symbology', () => {
  const QUERIES: readonly [method: string, fields: Parameters][] = [
    ...BOUGHT.flatMap((fields): [string, Parameters][] => [
      ['metadata.get_record_count', fields],
      ['metadata.get_record_count', { ...fields, limit: '10' }],
      ['metadata.get_billable_size', fields],
    ]),
    ...[
      { symbols: 'ESU4,CLQ4', stype_in: 'raw_symbol', stype_out: 'instrument_id' },
      { symbols: 'ES.FUT', stype_in: 'parent', stype_out: 'instrument_id' },
      { symbols: 'ES.c.0,ES.c.99', stype_in: 'continuous', stype_out: 'instrument_id' },
      { symbols: 'es.c.0', stype_in: 'continuous', stype_out: 'instrument_id' },
      { symbols: 'ES.c.0', stype_in: 'continuous', stype_out: 'raw_symbol' },
    ].map((fields): [string, Parameters] => [
      'symbology.resolve',
      { ...fields, dataset: DATASET, start_date: '2024-07-01', end_date: '2024-07-02' },
    ]),
  ];
  it.each(QUERIES)('%s %j is the same, from a form and from a query', async (method, fields) => {
    const [theirs, ours] = await onBoth((side) => json(side, method, fields));
    expect(ours).toEqual(theirs);
    expect(await json('gateway', method, fields, 'GET')).toEqual(ours);
  });

  it.each([
    ['metadata.list_fields', { schema: 'mbp-10', encoding: 'dbn' }],
    ['metadata.list_fields', { schema: 'definition', encoding: 'csv' }],
    ['metadata.list_fields', { schema: 'nothing' }],
    [
      'metadata.get_dataset_condition',
      { dataset: DATASET, start_date: '2024-07-01', end_date: '2024-07-03' },
    ],
    ['metadata.get_dataset_range', {}],
    ['metadata.get_dataset_condition', { dataset: DATASET, start_date: '2024-02-30' }],
    ['timeseries.get_range', { dataset: DATASET, encoding: 'dbn' }],
    ['timeseries.get_range', { ...BOUGHT[0], symbols: 'a'.repeat(80), encoding: 'dbn' }],
  ] as [string, Parameters][])('%s %j is the same', async (method, fields) => {
    const [theirs, ours] = await onBoth((side) => json(side, method, fields, 'GET'));
    expect(ours).toEqual(theirs);
  });

  it('tells what is held, and that it costs nothing', async () => {
    const of = async (method: string, fields: Parameters = {}) =>
      (await json('gateway', method, { dataset: DATASET, ...fields }, 'GET')).body;
    expect(await of('metadata.list_datasets')).toEqual([DATASET]);
    expect(await of('metadata.list_datasets', { start_date: '2024-07-05' })).toEqual([]);
    expect(await of('metadata.list_publishers')).toEqual([
      expect.objectContaining({ publisher_id: 1, dataset: DATASET, venue: 'GLBX' }),
    ]);
    expect(await of('metadata.list_schemas')).toEqual([
      'definition',
      'mbp-1',
      'ohlcv-1m',
      'statistics',
      'trades',
    ]);
    expect(await of('metadata.get_dataset_range')).toMatchObject({
      start: '2024-07-01T00:00:00.000000000Z',
      end: '2024-07-04T00:00:00.000000000Z',
      schema: { 'mbp-1': { end: '2024-07-02T00:00:00.000000000Z' } },
    });
    expect(await of('metadata.get_cost', BOUGHT[0])).toBe(0);
    expect(await of('metadata.list_unit_prices')).toEqual(
      expect.arrayContaining([
        { mode: 'historical', unit_prices: expect.objectContaining({ trades: 0 }) },
      ]),
    );
  });

  it('refuses in the form that official clients read', async () => {
    const refusal = async (fields: Parameters, method = 'timeseries.get_range') =>
      json('gateway', method, { ...BOUGHT[0], ...fields });
    expect(await refusal({ schema: 'mbo' })).toMatchObject({
      status: 422,
      body: { detail: { case: 'data_schema_not_available', docs: expect.any(String) } },
    });
    for (const method of ['timeseries.get_range', 'metadata.get_record_count']) {
      expect(
        await refusal({ start: '2023-01-03', end: '2023-01-04', symbols: 'ALL_SYMBOLS' }, method),
      ).toMatchObject({
        status: 422,
        body: {
          detail: {
            case: 'data_not_held',
            status_code: 422,
            message: expect.stringContaining('Held of trades is 2024-07-01T00:00'),
          },
        },
      });
    }
    expect(await refusal({ symbols: 'ESU5,NOPE' })).toMatchObject({
      status: 422,
      body: {
        detail: { case: 'symbology_invalid_request', message: expect.stringContaining('ESU4') },
      },
    });
    expect(await refusal({ start: '2024-07-03', end: '2024-07-01' })).toMatchObject({
      status: 422,
      body: { detail: { case: 'data_time_range_start_on_or_after_end' } },
    });
    const wrong = await fetch(`${client.stack.urls.gateway}/v0/metadata.list_datasets`, {
      headers: { authorization: `Basic ${Buffer.from('tl_wrong:').toString('base64')}` },
    });
    expect([wrong.status, wrong.headers.get('www-authenticate')]).toEqual([401, 'Basic']);
    expect(wrong.headers.get('request-id')).toMatch(/^[0-9a-f-]{36}$/);
    expect(await wrong.json()).toMatchObject({ detail: { case: 'auth_authentication_failed' } });
  });
});

it('feeds a second stack', async () => {
  const { gatewayKey, urls } = client.stack;
  const second = await StackClient.start('compatible-second', {
    DATABENTO_API_KEY: gatewayKey,
    DATABENTO_BASE_URL: urls.gateway,
  });
  try {
    for (const command of BOUGHT) {
      const job = await second.run(command);
      expect(job).toMatchObject({ state: 'completed', holds: true, spent_usd: 0 });
      expect(job.stored).toBeGreaterThan(0);
      const { table } = SCHEMAS[command['schema'] as SchemaName];
      expect(await second.count(table)).toBe(await client.count(table));
    }
    const { dataset, schema, symbols, stype_in, start, end } = BOUGHT[0]!;
    const query = { dataset, schema, symbols, stype_in, start, end } as Record<string, string>;
    expect(await second.records(query)).toEqual(await client.records(query));
  } finally {
    await second.stop();
  }
});

/** Records with zeros in the bytes for which the layout has no field: some old files have leftovers there. */
function meaningful({ columns, recordSize }: SchemaDescription, records: Buffer): Buffer {
  const size = recordSize[3];
  const kept = Array.from({ length: size }, (_, index) => index < HEADER_BYTES);
  for (const { wire } of columns) {
    if (wire[3]) kept.fill(true, wire[3].offset, wire[3].offset + wire[3].width);
  }
  return records.map((byte, index) => (kept[index % size] ? byte : 0)) as Buffer;
}

describeWithTestdata('real files of version 3', () => {
  const { stored } = sortFiles(hasTestdata ? readIndex() : []);
  let files: StackClient;
  beforeAll(async () => {
    files = await StackClient.start('compatible-files');
  });
  afterAll(() => files?.stop());

  it.each(stored.filter(({ version }) => version === 3))(
    '$path comes back byte for byte',
    async (entry) => {
      const path = testdataPath(entry.path);
      expect(await files.run({ file: path })).toMatchObject({ state: 'completed', holds: true });
      const schema = SCHEMAS[entry.schema as SchemaName];
      const records = readExpected(entry).map((record) => asAnswer(schema, record));
      const times = records.map((record) => BigInt(String(record[schema.indexColumn])));
      const fields = {
        dataset: entry.dataset!,
        schema: schema.name,
        symbols: [...new Set(records.map((record) => String(record['instrument_id'])))].join(','),
        stype_in: 'instrument_id',
        start: String(times[0]),
        end: String(times.at(-1)! + 1n),
        encoding: 'dbn',
      };
      const response = await files.gateway('/v0/timeseries.get_range', {
        method: 'POST',
        body: new URLSearchParams(fields),
      });
      const sent = Buffer.from(await response.arrayBuffer());
      expect([response.status, sent.subarray(0, 4).toString('latin1')]).toEqual([200, 'DBN\x03']);
      const file = readFileSync(path);
      const own = path.endsWith('.zst') ? zstdDecompressSync(file) : file;
      const recordsOf = (dbn: Buffer) => meaningful(schema, dbn.subarray(readPrelude(dbn).size));
      expect(recordsOf(sent).equals(recordsOf(own))).toBe(true);
    },
  );
});
