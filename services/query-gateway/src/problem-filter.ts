import { Catch } from '@nestjs/common';
import type { ArgumentsHost, ExceptionFilter } from '@nestjs/common';
import type { Logger } from '@tapeline/telemetry';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { problemOf } from './domain/problem-of.js';

const RETRY_SECONDS = 5;

/** Writes every error as application/problem+json. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(private readonly logger: Logger) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    if (reply.raw.destroyed || reply.raw.headersSent) return;
    const incident = request.id;
    const problem = problemOf(error, incident);
    if (problem !== error && problem.status >= 500) {
      this.logger.error({ incident, path: path(request), err: error }, problem.message);
    } else if (problem.status >= 500) {
      this.logger.warn({ path: path(request) }, problem.message);
    }
    const { retry_after_seconds: wait = RETRY_SECONDS } = problem.members;
    if (problem.status === 503 || problem.status === 429) reply.header('Retry-After', String(wait));
    if (problem.status === 401) reply.header('WWW-Authenticate', 'Bearer realm="tapeline"');
    void reply
      .code(problem.status)
      .header('Content-Type', 'application/problem+json; charset=utf-8')
      .send(JSON.stringify(problem.details(path(request))));
  }
}

const path = (request: FastifyRequest): string => request.url.split('?', 1)[0] ?? '/';
