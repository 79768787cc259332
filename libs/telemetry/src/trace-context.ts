/** W3C trace context over message headers, and spans that record their errors. */
import { context, propagation, ROOT_CONTEXT, SpanStatusCode, trace } from '@opentelemetry/api';
import type { Attributes, Context, Span, SpanKind } from '@opentelemetry/api';

export { SpanKind } from '@opentelemetry/api';

/** Adds `traceparent` of the active span to message headers. */
export function injectTraceContext(headers: Record<string, string>): void {
  propagation.inject(context.active(), headers);
}

/** The context that a message was sent in. */
export function extractTraceContext(get: (name: string) => string | undefined): Context {
  return propagation.extract(ROOT_CONTEXT, get, {
    get: (carrier, name) => carrier(name),
    keys: () => [],
  });
}

export interface SpanOptions {
  readonly kind: SpanKind;
  readonly attributes?: Attributes;
  /** The active context if left out. */
  readonly parent?: Context;
}

const tracer = trace.getTracer('tapeline');

/** Runs a task in a span; what it throws is recorded and thrown on. */
export function withSpan<Result>(
  name: string,
  options: SpanOptions,
  task: (span: Span) => Promise<Result>,
): Promise<Result> {
  const { kind, attributes = {}, parent = context.active() } = options;
  return tracer.startActiveSpan(name, { kind, attributes }, parent, async (span) => {
    try {
      return await task(span);
    } catch (error) {
      markFailed(span, error);
      throw error;
    } finally {
      span.end();
    }
  });
}

/** Records an error on a span whose task does not throw it. */
export function markFailed(span: Span, error: unknown): void {
  const exception = error instanceof Error ? error : new Error(String(error));
  span.recordException(exception);
  span.setStatus({ code: SpanStatusCode.ERROR, message: exception.message });
}

/** Id of the active trace, or null without one. */
export function activeTraceId(): string | null {
  const id = trace.getActiveSpan()?.spanContext().traceId;
  return id === undefined || /^0+$/.test(id) ? null : id;
}
