import { Module } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';
import type { ConfigWatch } from '@tapeline/config';
import type { RuleSet } from '@tapeline/rules';
import { DayLookup } from '@tapeline/storage';
import { RULES, ValidatorController } from './validator.controller.js';

@Module({})
export class ValidatorModule {
  /** @param rules those of now; they may change while the service runs. */
  static with(rules: ConfigWatch<RuleSet>, definitions: DayLookup): DynamicModule {
    return {
      module: ValidatorModule,
      controllers: [ValidatorController],
      providers: [
        { provide: RULES, useValue: rules },
        { provide: DayLookup, useValue: definitions },
      ],
    };
  }
}
