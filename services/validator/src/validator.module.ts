import { Module } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';
import type { ConfigWatch } from '@tapeline/config';
import type { RuleSet } from '@tapeline/rules';
import { RecordLookups } from '@tapeline/storage';
import { RULES, ValidatorController } from './validator.controller.js';

@Module({})
export class ValidatorModule {
  /** @param rules those of now; they may change while the service runs. */
  static with(rules: ConfigWatch<RuleSet>, lookups: RecordLookups): DynamicModule {
    return {
      module: ValidatorModule,
      controllers: [ValidatorController],
      providers: [
        { provide: RULES, useValue: rules },
        { provide: RecordLookups, useValue: lookups },
      ],
    };
  }
}
