import { Module } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';
import type { ConfigWatch } from '@tapeline/config';
import type { RuleSet } from '@tapeline/rules';
import { RecordLookups } from '@tapeline/storage';
import { RULES, TransformerController } from './transformer.controller.js';

@Module({})
export class TransformerModule {
  /** @param rules those of now; they may change while the service runs. */
  static with(rules: ConfigWatch<RuleSet>, lookups: RecordLookups): DynamicModule {
    return {
      module: TransformerModule,
      controllers: [TransformerController],
      providers: [
        { provide: RULES, useValue: rules },
        { provide: RecordLookups, useValue: lookups },
      ],
    };
  }
}
