/**
 * Preloaded with `node --import`: starts OpenTelemetry before anything else is loaded. Exporters come
 * from the standard OTEL_* environment; without an endpoint or exporter there nothing is started.
 */
const wanted =
  process.env['OTEL_SDK_DISABLED'] !== 'true' &&
  Object.keys(process.env).some(
    (name) =>
      /^OTEL_EXPORTER_OTLP_(TRACES_)?ENDPOINT$/.test(name) || name === 'OTEL_TRACES_EXPORTER',
  );

if (wanted) {
  const { startSdk } = await import('./start-sdk.js');
  startSdk();
}
