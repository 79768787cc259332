import { createHash } from 'node:crypto';
import { createParamDecorator } from '@nestjs/common';
import type { ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';

const ID_LETTERS = 8;

/** The key of a call, which is the user name of its HTTP Basic; empty if there is none. */
export function apiKeyOf({ headers: { authorization = '' } }: FastifyRequest): string {
  const [scheme, encoded = ''] = authorization.split(' ');
  if (scheme?.toLowerCase() !== 'basic') return '';
  const [key = ''] = Buffer.from(encoded, 'base64').toString('utf8').split(':');
  return key;
}

/** The id of the user that a call's key belongs to: each key is a user of its own. */
export const UserId = createParamDecorator((_: unknown, context: ExecutionContext): string => {
  const key = apiKeyOf(context.switchToHttp().getRequest<FastifyRequest>());
  return createHash('sha256').update(key).digest('hex').slice(0, ID_LETTERS).toUpperCase();
});
