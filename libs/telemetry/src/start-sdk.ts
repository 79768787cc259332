import { register } from 'import-in-the-middle/register-hooks.mjs';
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http';
import { PgInstrumentation } from '@opentelemetry/instrumentation-pg';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { onStop } from './stop-telemetry.js';

/** Health checks would drown everything else. */
const UNTRACED_PATHS = /^\/(healthz|readyz)/;

/** Starts the SDK, as the OTEL_* environment says; `stopTelemetry` ends it. */
export function startSdk(): void {
  // Left alone the SDK would send to localhost what no variable gives a place to.
  const env = process.env;
  env['OTEL_LOGS_EXPORTER'] ||= env['OTEL_EXPORTER_OTLP_LOGS_ENDPOINT'] ? 'otlp' : 'none';
  for (const signal of ['TRACES', 'METRICS']) {
    const endpoint =
      env['OTEL_EXPORTER_OTLP_ENDPOINT'] || env[`OTEL_EXPORTER_OTLP_${signal}_ENDPOINT`];
    env[`OTEL_${signal}_EXPORTER`] ||= endpoint ? 'otlp' : 'none';
  }
  register({ include: ['pg', 'pg-pool', 'http', 'https', 'node:http', 'node:https'] });
  const sdk = new NodeSDK({
    instrumentations: [
      new HttpInstrumentation({
        ignoreIncomingRequestHook: (request) => UNTRACED_PATHS.test(request.url ?? ''),
      }),
      new PgInstrumentation({ requireParentSpan: true }),
    ],
  });
  sdk.start();
  onStop(() => sdk.shutdown());
  process.once('beforeExit', () => void sdk.shutdown().catch(() => undefined));
}
