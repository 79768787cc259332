import { Catch, Inject } from '@nestjs/common';
import type { ArgumentsHost, ExceptionFilter } from '@nestjs/common';
import type { Logger } from '@tapeline/telemetry';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { historicalError } from './historical-error.js';

/** Injection token of the gateway's logger. */
export const GATEWAY_LOGGER = Symbol('gateway logger');

const RETRY_SECONDS = 5;

/** Writes errors below /v0 in the form of Databento's API, which official clients read. */
@Catch()
export class HistoricalErrorFilter implements ExceptionFilter {
  constructor(@Inject(GATEWAY_LOGGER) private readonly logger: Logger) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    if (reply.raw.destroyed || reply.raw.headersSent) return;
    const { status, detail, problem } = historicalError(error, request.method, request.id);
    const [path] = request.url.split('?', 1);
    if (status >= 500) {
      this.logger.error({ incident: request.id, path, err: error }, problem?.message);
    }
    const { retry_after_seconds: wait = RETRY_SECONDS } = problem?.members ?? {};
    if (status === 503 || status === 429) reply.header('Retry-After', String(wait));
    if (status === 401) reply.header('WWW-Authenticate', 'Basic');
    void reply.code(status).send({ detail });
  }
}
