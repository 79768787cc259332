import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer, text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { testDatabase } from '@tapeline/testing';
import type { TestDatabase } from '@tapeline/testing';
import { isTelemetryWanted } from './is-telemetry-wanted.js';

interface ReceivedSpan {
  readonly service: string;
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
}

let database: TestDatabase;
const received: ReceivedSpan[] = [];
const paths: string[] = [];

/** As much of a collector as takes OTLP in JSON. */
const collector = createServer((request, response) => {
  void (async () => {
    const body = (await buffer(request)).toString('utf8');
    paths.push(request.url ?? '');
    if (request.url === '/v1/traces') received.push(...readSpans(body));
    response.end('{}');
  })();
});

beforeAll(async () => {
  collector.listen(0, '127.0.0.1');
  await once(collector, 'listening');
  database = await testDatabase();
});

afterAll(async () => {
  collector.close();
  await database.drop();
});

function readSpans(body: string): ReceivedSpan[] {
  const { resourceSpans } = JSON.parse(body) as {
    resourceSpans: {
      resource: { attributes: { key: string; value: { stringValue?: string } }[] };
      scopeSpans: { spans: Omit<ReceivedSpan, 'service'>[] }[];
    }[];
  };
  return resourceSpans.flatMap(({ resource, scopeSpans }) => {
    const named = resource.attributes.find(({ key }) => key === 'service.name');
    const service = named?.value.stringValue ?? '';
    return scopeSpans.flatMap(({ spans }) => spans.map((span) => ({ ...span, service })));
  });
}

/** Runs the program with these variables and gives what it logged. */
async function run(env: Record<string, string>): Promise<Record<string, unknown>> {
  const register = fileURLToPath(new URL('./register.js', import.meta.url));
  const path = fileURLToPath(new URL('./traced-program.js', import.meta.url));
  const inherited = Object.entries(process.env).filter(([name]) => !/^(OTEL|NODE)_/.test(name));
  const program = spawn(process.execPath, ['--import', register, path], {
    env: { ...Object.fromEntries(inherited), DATABASE_URL: database.url, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [output, [code]] = await Promise.all([text(program.stdout), once(program, 'exit')]);
  expect(code).toBe(0);
  return JSON.parse(output) as Record<string, unknown>;
}

it('sends the spans of a service and of its queries before the process ends', async () => {
  const { port } = collector.address() as AddressInfo;
  const log = await run({
    OTEL_SERVICE_NAME: 'writer',
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
  });

  const work = received.find(({ name }) => name === 'process md.raw');
  expect(work?.service).toBe('writer');
  expect(log).toMatchObject({ recording: true, trace_id: work?.traceId, span_id: work?.spanId });
  // Queries outside of any span, such as a health check's, leave none.
  const queries = received.filter(({ name }) => name.startsWith('pg.query'));
  expect(queries.map(({ parentSpanId }) => parentSpanId)).toEqual([work?.spanId]);
  expect(paths).not.toContain('/v1/logs');
});

it('starts nothing where the environment names no place to send to', async () => {
  paths.length = 0;
  const log = await run({ OTEL_SERVICE_NAME: 'writer', OTEL_EXPORTER_OTLP_ENDPOINT: '' });
  expect(log).toMatchObject({ recording: false, msg: 'in the span' });
  expect(log).not.toHaveProperty('trace_id');
  expect(paths).toEqual([]);
});

it('knows when it is wanted', () => {
  expect(isTelemetryWanted({ OTEL_SERVICE_NAME: 'writer' })).toBe(false);
  expect(isTelemetryWanted({ OTEL_TRACES_EXPORTER: 'none' })).toBe(false);
  expect(isTelemetryWanted({ OTEL_TRACES_EXPORTER: 'console' })).toBe(true);
  expect(isTelemetryWanted({ OTEL_METRICS_EXPORTER: 'prometheus' })).toBe(true);
  const place = { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://127.0.0.1:4318/v1/traces' };
  expect(isTelemetryWanted(place)).toBe(true);
  expect(isTelemetryWanted({ ...place, OTEL_SDK_DISABLED: 'true' })).toBe(false);
});
