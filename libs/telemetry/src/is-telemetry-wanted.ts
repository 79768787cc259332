const ENDPOINT = /^OTEL_EXPORTER_OTLP_((TRACES|METRICS|LOGS)_)?ENDPOINT$/;
const EXPORTER = /^OTEL_(TRACES|METRICS|LOGS)_EXPORTER$/;

/** Whether the environment names a place for traces, metrics or logs to go to. */
export function isTelemetryWanted(env: Readonly<Record<string, string | undefined>>): boolean {
  if (env['OTEL_SDK_DISABLED'] === 'true') return false;
  return Object.entries(env).some(
    ([name, value = '']) =>
      (ENDPOINT.test(name) && value !== '') ||
      (EXPORTER.test(name) && value !== '' && value !== 'none'),
  );
}
