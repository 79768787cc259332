import { Injectable } from '@nestjs/common';
import type { CallHandler, ExecutionContext, NestInterceptor } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { Observable } from 'rxjs';
import { tap } from 'rxjs';
import { Faults } from '../domain/faults.js';
import { methodOf } from './method-of.js';

/** Cuts the connection of calls whose answers are to be lost, once they are carried out. */
@Injectable()
export class LoseAnswerInterceptor implements NestInterceptor {
  constructor(private readonly faults: Faults) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const { method, filename } = methodOf(request);
    if (!this.faults.take('lose', method, filename)) return next.handle();
    return next.handle().pipe(tap(() => request.raw.socket.destroy()));
  }
}
