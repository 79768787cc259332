import { Injectable } from '@nestjs/common';
import type { CanActivate, ExecutionContext } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ApiError } from '../domain/api-error.js';
import { Faults } from '../domain/faults.js';
import { methodOf } from './method-of.js';

/** Refuses calls for which a refusal was ordered. */
@Injectable()
export class FaultGuard implements CanActivate {
  constructor(private readonly faults: Faults) {}

  canActivate(context: ExecutionContext): boolean {
    const http = context.switchToHttp();
    const { method, filename } = methodOf(http.getRequest<FastifyRequest>());
    const fault = this.faults.take('refuse', method, filename);
    if (!fault) return true;
    if (fault.retryAfter !== undefined) {
      http.getResponse<FastifyReply>().header('retry-after', String(fault.retryAfter));
    }
    const {
      status,
      problem = 'ordered_fault',
      message = 'This refusal was ordered at /faults.',
    } = fault;
    throw new ApiError(status, problem, message, fault.payload);
  }
}
