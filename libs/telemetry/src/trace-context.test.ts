import { afterAll, beforeEach, expect, it } from '@jest/globals';
import { SpanStatusCode } from '@opentelemetry/api';
import { NodeSDK } from '@opentelemetry/sdk-node';
import type { NodeSDKConfiguration } from '@opentelemetry/sdk-node';
import {
  activeTraceId,
  extractTraceContext,
  injectTraceContext,
  SpanKind,
  withSpan,
} from './trace-context.js';

type SpanProcessor = NonNullable<NodeSDKConfiguration['spanProcessors']>[number];
type EndedSpan = Parameters<SpanProcessor['onEnd']>[0];

const ended: EndedSpan[] = [];
const sdk = new NodeSDK({
  spanProcessors: [
    {
      onStart: () => undefined,
      onEnd: (span) => ended.push(span),
      forceFlush: () => Promise.resolve(),
      shutdown: () => Promise.resolve(),
    },
  ],
  metricReaders: [],
  logRecordProcessors: [],
});
sdk.start();

beforeEach(() => {
  ended.length = 0;
});
afterAll(() => sdk.shutdown());

it('carries a trace over message headers', async () => {
  const headers: Record<string, string> = {};
  let sent: string | null = null;
  await withSpan('publish a', { kind: SpanKind.PRODUCER }, () => {
    injectTraceContext(headers);
    sent = activeTraceId();
    return Promise.resolve();
  });
  const parent = extractTraceContext((name) => headers[name]);
  let taken: string | null = null;
  await withSpan('process a', { kind: SpanKind.CONSUMER, parent }, () => {
    taken = activeTraceId();
    return Promise.resolve();
  });

  const [publish, process] = ended;
  expect(headers['traceparent']).toBe(`00-${sent}-${publish?.spanContext().spanId}-01`);
  expect(taken).toBe(sent);
  expect(process?.parentSpanContext?.spanId).toBe(publish?.spanContext().spanId);
  expect([publish?.kind, process?.kind]).toEqual([SpanKind.PRODUCER, SpanKind.CONSUMER]);
});

it('begins a trace where the headers have none', async () => {
  const parent = extractTraceContext(() => undefined);
  await withSpan('process a', { kind: SpanKind.CONSUMER, parent }, () => Promise.resolve());
  expect(ended[0]?.parentSpanContext).toBeUndefined();
  expect(activeTraceId()).toBeNull();
});

it('records what a task throws, and throws it on', async () => {
  const error = new Error('no room');
  const run = withSpan('a', { kind: SpanKind.INTERNAL, attributes: { n: 1 } }, () =>
    Promise.reject(error),
  );
  await expect(run).rejects.toBe(error);
  expect(ended[0]?.status).toEqual({ code: SpanStatusCode.ERROR, message: 'no room' });
  expect(ended[0]?.events[0]?.attributes).toMatchObject({ 'exception.message': 'no room' });
  expect(ended[0]?.attributes).toEqual({ n: 1 });
});
