import { Catch, HttpException, Logger } from '@nestjs/common';
import type { ArgumentsHost, ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { describeError } from '@tapeline/historical-api';

/** Errors in the forms that Databento's API has. */
@Catch()
export class ApiErrorFilter implements ExceptionFilter {
  readonly #logger = new Logger('http');

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    const [status, detail] = this.#describe(error, request);
    reply.status(status).send({ detail });
  }

  #describe(error: unknown, request: FastifyRequest): [number, unknown] {
    const refusal = describeError(error, request.method);
    if (refusal) return [refusal.status, refusal.detail];
    if (error instanceof HttpException) return [error.getStatus(), error.message];
    // Fastify's own errors, such as a body that is too large, carry their status.
    const { statusCode } = error as { statusCode?: number };
    if (statusCode !== undefined && statusCode < 500) return [statusCode, (error as Error).message];
    this.#logger.error(`${request.method} ${request.url} failed: ${String(error)}`);
    return [500, 'Internal server error'];
  }
}
