import { Module } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';
import { BatchWriter, Storage } from '@tapeline/storage';
import { WriterController } from './writer.controller.js';
import { WriterRules } from './writer-rules.js';

/** Two keep the server busy while one of them commits; more of them gain nothing. */
const TRANSACTIONS = 2;

@Module({})
export class WriterModule {
  static with(storage: Storage, rules: WriterRules): DynamicModule {
    return {
      module: WriterModule,
      controllers: [WriterController],
      providers: [
        { provide: Storage, useValue: storage },
        {
          provide: BatchWriter,
          useValue: new BatchWriter(storage, { transactions: TRANSACTIONS }),
        },
        { provide: WriterRules, useValue: rules },
      ],
    };
  }
}
