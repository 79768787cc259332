import { Injectable } from '@nestjs/common';
import type { CanActivate, ExecutionContext } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ApiError } from '../domain/api-error.js';
import { Faults } from '../domain/faults.js';

/** Refuses calls for which a refusal was ordered. */
@Injectable()
export class FaultGuard implements CanActivate {
  constructor(private readonly faults: Faults) {}

  canActivate(context: ExecutionContext): boolean {
    const http = context.switchToHttp();
    const [path = ''] = http.getRequest<FastifyRequest>().url.split('?');
    const fault = this.faults.take('refuse', path.replace('/v0/', ''));
    if (!fault) return true;
    if (fault.retryAfter !== undefined) {
      http.getResponse<FastifyReply>().header('retry-after', String(fault.retryAfter));
    }
    throw new ApiError(fault.status, 'ordered_fault', 'This refusal was ordered at /faults.');
  }
}
