/** What register.test.ts runs with `--import register.js`: a query within a span, as a service does it. */
import { Client } from 'pg';
import { createLogger } from './create-logger.js';
import { stopTelemetry } from './stop-telemetry.js';
import { SpanKind, withSpan } from './trace-context.js';

const client = new Client({ connectionString: process.env['DATABASE_URL'] });
await client.connect();
await client.query('SELECT 1 AS outside');
await withSpan('process md.raw', { kind: SpanKind.CONSUMER }, async (span) => {
  await client.query('SELECT 2 AS inside');
  createLogger('traced').info({ recording: span.isRecording() }, 'in the span');
});
await client.end();
await stopTelemetry();
process.exit(0);
