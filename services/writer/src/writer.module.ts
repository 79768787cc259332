import { Module } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';
import { Storage } from '@tapeline/storage';
import { WriterController } from './writer.controller.js';
import { WriterRules } from './writer-rules.js';

@Module({})
export class WriterModule {
  static with(storage: Storage, rules: WriterRules): DynamicModule {
    return {
      module: WriterModule,
      controllers: [WriterController],
      providers: [
        { provide: Storage, useValue: storage },
        { provide: WriterRules, useValue: rules },
      ],
    };
  }
}
