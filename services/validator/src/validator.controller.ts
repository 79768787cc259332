import { Controller, Inject } from '@nestjs/common';
import { BusPublisher, Consume, deadLetter, done } from '@tapeline/bus';
import type { BusMessage, Outcome } from '@tapeline/bus';
import { batchMessageId, CONSUMERS, readBatchHeader, writeBatchHeader } from '@tapeline/contracts';
import { ArrowMismatchError } from '@tapeline/records';
import { z } from 'zod';
import { CountMismatchError, validateBatch } from './domain/validate-batch.js';
import type { ValidationRules } from './domain/validate-batch.js';

export const RULES = Symbol('rules');

/** Arrow batches in; accepted and refused records out. */
@Controller()
export class ValidatorController {
  constructor(
    private readonly publisher: BusPublisher,
    @Inject(RULES) private readonly rules: ValidationRules,
  ) {}

  @Consume(CONSUMERS.validate)
  async validate(message: BusMessage): Promise<Outcome> {
    try {
      const header = readBatchHeader((name) => message.header(name));
      for (const batch of validateBatch(header, message.data, this.rules)) {
        await this.publisher.publish(batch.subject, batch.payload, {
          msgId: batchMessageId('validated', batch.header),
          headers: writeBatchHeader(batch.header),
        });
      }
      return done();
    } catch (error) {
      if (error instanceof ArrowMismatchError || error instanceof CountMismatchError) {
        return deadLetter(error.code, error.message);
      }
      if (error instanceof z.ZodError) return deadLetter('bad_header', z.prettifyError(error));
      throw error;
    }
  }
}
