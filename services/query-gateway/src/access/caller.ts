import type { ApiKeyRole } from '@tapeline/contracts';
import type { ApiKeyLimits } from '@tapeline/storage';
import type { FastifyRequest } from 'fastify';
import { NO_CAPS } from '../domain/answer-caps.js';
import type { AnswerCaps } from '../domain/answer-caps.js';

/** Who calls: the holder of a key, or an address where keys are off. */
export interface Caller {
  /** Of the key, or the address. */
  readonly id: string;
  readonly name: string;
  readonly role: ApiKeyRole;
  readonly limits: ApiKeyLimits;
}

const admitted = new WeakMap<object, AnswerCaps>();

/** Notes what the answer to a request may take. */
export const rememberCaps = (request: FastifyRequest, caps: AnswerCaps): void => {
  admitted.set(request.raw, caps);
};

/** What the answer to a request may take: of its key, the rest of the day's quota considered. */
export const answerCaps = (request: FastifyRequest): AnswerCaps =>
  admitted.get(request.raw) ?? NO_CAPS;
