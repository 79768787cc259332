import { createParamDecorator } from '@nestjs/common';
import type { ExecutionContext } from '@nestjs/common';
import { fieldsOf } from '@tapeline/historical-api';
import type { Fields } from '@tapeline/historical-api';
import type { FastifyRequest } from 'fastify';

/** The fields of query and form together. */
export const RequestFields = createParamDecorator((_: unknown, context: ExecutionContext): Fields =>
  fieldsOf(context.switchToHttp().getRequest<FastifyRequest>()),
);
