import { Module } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';
import type { ValidationRules } from './domain/validate-batch.js';
import { RULES, ValidatorController } from './validator.controller.js';

@Module({})
export class ValidatorModule {
  static with(rules: ValidationRules): DynamicModule {
    return {
      module: ValidatorModule,
      controllers: [ValidatorController],
      providers: [{ provide: RULES, useValue: rules }],
    };
  }
}
