import type { CanActivate, ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { OPERATION } from '../openapi/operation.js';
import type { OperationDescription } from '../openapi/operation.js';
import type { Access } from './access.js';

/** Asks of each request what the @Operation of its method says. */
export class AccessGuard implements CanActivate {
  readonly #reflector = new Reflector();

  constructor(private readonly access: Access) {}

  /** @throws Problem for a request that is not let in, and Error for a method that nobody described. */
  async canActivate(context: ExecutionContext): Promise<boolean> {
    const operation = this.#reflector.get<OperationDescription | undefined>(
      OPERATION,
      context.getHandler(),
    );
    if (!operation) {
      const { name } = context.getHandler();
      throw new Error(`${context.getClass().name}.${name} has no @Operation`);
    }
    if (operation.role === 'anybody') return true;
    const http = context.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    await this.access.admit(request, http.getResponse<FastifyReply>(), operation.role);
    return true;
  }
}
