/**
 * Preloaded with `node --import`: starts OpenTelemetry before anything else is loaded. Exporters come
 * from the standard OTEL_* environment; without an endpoint or exporter there nothing is loaded.
 */
import { isTelemetryWanted } from './is-telemetry-wanted.js';

if (isTelemetryWanted(process.env)) {
  const { startSdk } = await import('./start-sdk.js');
  startSdk();
}
