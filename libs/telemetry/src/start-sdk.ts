import { register } from 'import-in-the-middle/register-hooks.mjs';
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http';
import { PgInstrumentation } from '@opentelemetry/instrumentation-pg';
import { NodeSDK } from '@opentelemetry/sdk-node';

/** Health checks would drown everything else. */
const UNTRACED_PATHS = /^\/(healthz|readyz)/;

/** Starts the SDK and flushes it when the process is asked to stop. */
export function startSdk(): void {
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
  process.once('beforeExit', () => void sdk.shutdown());
  process.once('SIGTERM', () => void sdk.shutdown().catch(() => undefined));
}
