import { Injectable } from '@nestjs/common';
import type { CanActivate, ExecutionContext } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ApiError, fieldsOf } from '@tapeline/historical-api';
import { CallLog } from '../domain/call-log.js';
import { Faults } from '../domain/faults.js';
import { Stalls } from '../domain/stalls.js';
import { methodOf } from './method-of.js';

/** Notes every call; holds and refuses those for which that was ordered. */
@Injectable()
export class FaultGuard implements CanActivate {
  constructor(
    private readonly faults: Faults,
    private readonly stalls: Stalls,
    private readonly log: CallLog,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const http = context.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const called = methodOf(request);
    const { method, filename } = called;
    const { range } = request.headers;
    this.log.add({ ...called, ...(range !== undefined && { range }), fields: fieldsOf(request) });
    if (this.faults.take('stall', method, filename)) {
      await this.stalls.stand(method, request.raw.socket);
    }
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
