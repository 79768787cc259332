/** OpenTelemetry, pino, and trace context over message headers. */
export * from './create-logger.js';
export { stopTelemetry } from './stop-telemetry.js';
export * from './trace-context.js';
