import { Module } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { Faults } from './domain/faults.js';
import type { MarketSource } from './domain/market-source.js';
import { ApiErrorFilter } from './http/api-error.filter.js';
import { FaultsController } from './http/faults.controller.js';
import { MARKET_SOURCE } from './http/market-source.token.js';
import { MetadataController } from './http/metadata.controller.js';
import { StatusController } from './http/status.controller.js';
import { SymbologyController } from './http/symbology.controller.js';
import { TimeseriesController } from './http/timeseries.controller.js';

/** Databento's historical HTTP API over a source of records. */
@Module({})
export class SandboxModule {
  static serving(source: MarketSource): DynamicModule {
    return {
      module: SandboxModule,
      controllers: [
        StatusController,
        MetadataController,
        SymbologyController,
        TimeseriesController,
        FaultsController,
      ],
      providers: [
        { provide: MARKET_SOURCE, useValue: source },
        Faults,
        { provide: APP_FILTER, useClass: ApiErrorFilter },
      ],
    };
  }
}
