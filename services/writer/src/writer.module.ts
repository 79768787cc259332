import { Module } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';
import { BusPublisher } from '@tapeline/bus';
import { BatchWriter, Storage } from '@tapeline/storage';
import type { Logger } from '@tapeline/telemetry';
import { DiscardController, LOGGER } from './discard.controller.js';
import { Retention } from './retention.js';
import type { KeptDays } from './retention.js';
import { WriterController } from './writer.controller.js';
import { WriterRules } from './writer-rules.js';

/** Two keep the server busy while one of them commits; more of them gain nothing. */
const TRANSACTIONS = 2;

export interface WriterParts {
  readonly storage: Storage;
  readonly rules: WriterRules;
  readonly keptDays: KeptDays;
  readonly logger: Logger;
}

@Module({})
export class WriterModule {
  static with({ storage, rules, keptDays, logger }: WriterParts): DynamicModule {
    return {
      module: WriterModule,
      controllers: [WriterController, DiscardController],
      providers: [
        { provide: Storage, useValue: storage },
        {
          provide: BatchWriter,
          useValue: new BatchWriter(storage, { transactions: TRANSACTIONS }),
        },
        { provide: WriterRules, useValue: rules },
        {
          provide: Retention,
          inject: [BusPublisher],
          useFactory: (publisher: BusPublisher) =>
            new Retention(storage, publisher, keptDays, logger),
        },
        { provide: LOGGER, useValue: logger },
      ],
    };
  }
}
