import { Module } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';
import type { TransformRules } from './domain/transform-batch.js';
import { RULES, TransformerController } from './transformer.controller.js';

@Module({})
export class TransformerModule {
  static with(rules: TransformRules): DynamicModule {
    return {
      module: TransformerModule,
      controllers: [TransformerController],
      providers: [{ provide: RULES, useValue: rules }],
    };
  }
}
