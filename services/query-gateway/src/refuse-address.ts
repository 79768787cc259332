import { NotFoundException } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { problemOf } from './domain/problem-of.js';

/** Answers an address that the router cannot read, or a part of which is longer than any id. */
export function refuseAddress(_error: Error, request: FastifyRequest, reply: FastifyReply): void {
  const problem = problemOf(new NotFoundException(), request.id);
  void reply
    .code(problem.status)
    .header('Content-Type', 'application/problem+json; charset=utf-8')
    .send(JSON.stringify(problem.details(request.url.split('?', 1)[0] ?? '/')));
}
