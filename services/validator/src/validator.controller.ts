import { Controller, Inject } from '@nestjs/common';
import { BusPublisher, Consume, deadLetter, done } from '@tapeline/bus';
import type { BusMessage, Outcome } from '@tapeline/bus';
import type { ConfigWatch } from '@tapeline/config';
import { batchMessageId, CONSUMERS, readBatchHeader, writeBatchHeader } from '@tapeline/contracts';
import { ArrowMismatchError, decodeArrow } from '@tapeline/records';
import { CountMismatchError, validateBatch } from '@tapeline/rules';
import type { RuleSet } from '@tapeline/rules';
import { RecordLookups } from '@tapeline/storage';
import { z } from 'zod';

export const RULES = Symbol('rules');

/** Arrow batches in; accepted and refused records out. */
@Controller()
export class ValidatorController {
  constructor(
    private readonly publisher: BusPublisher,
    @Inject(RULES) private readonly rules: ConfigWatch<RuleSet>,
    private readonly lookups: RecordLookups,
  ) {}

  @Consume(CONSUMERS.validate)
  async validate(message: BusMessage): Promise<Outcome> {
    try {
      const header = readBatchHeader((name) => message.header(name));
      const decoded = decodeArrow(message.data);
      const rules = this.rules.current;
      const { asks } = rules.schemas.get(header.schema)!;
      const lookups = await this.lookups.forBatch(header.dataset, decoded.batch, asks.validate);
      const outgoing = validateBatch(header, message.data, rules, lookups, decoded);
      for (const batch of outgoing) {
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
