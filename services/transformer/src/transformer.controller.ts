import { Controller, Inject } from '@nestjs/common';
import { BusPublisher, Consume, deadLetter, done } from '@tapeline/bus';
import type { BusMessage, Outcome } from '@tapeline/bus';
import type { ConfigWatch } from '@tapeline/config';
import { batchMessageId, CONSUMERS, readBatchHeader, writeBatchHeader } from '@tapeline/contracts';
import { DbnError } from '@tapeline/dbn';
import { decodeBatch, transformBatch } from '@tapeline/rules';
import type { RuleSet } from '@tapeline/rules';
import { RecordLookups } from '@tapeline/storage';
import { z } from 'zod';

export const RULES = Symbol('rules');

/** Raw DBN batches in, Arrow batches out. */
@Controller()
export class TransformerController {
  constructor(
    private readonly publisher: BusPublisher,
    @Inject(RULES) private readonly rules: ConfigWatch<RuleSet>,
    private readonly lookups: RecordLookups,
  ) {}

  @Consume(CONSUMERS.transform)
  async transform(message: BusMessage): Promise<Outcome> {
    try {
      const header = readBatchHeader((name) => message.header(name));
      const decoded = decodeBatch(header, message.data);
      const rules = this.rules.current;
      const { asks } = rules.schemas.get(header.schema)!;
      const lookups = await this.lookups.forBatch(header.dataset, decoded, asks.transform);
      const batch = transformBatch(header, decoded, rules, lookups);
      await this.publisher.publish(batch.subject, batch.payload, {
        msgId: batchMessageId('transformed', batch.header),
        headers: writeBatchHeader(batch.header),
      });
      return done();
    } catch (error) {
      if (error instanceof DbnError) return deadLetter(error.code, error.message);
      if (error instanceof z.ZodError) return deadLetter('bad_header', z.prettifyError(error));
      throw error;
    }
  }
}
