import { Module } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';
import { APP_FILTER, APP_INTERCEPTOR } from '@nestjs/core';
import { MetadataApi } from '@tapeline/historical-api';
import { BatchJobs } from './batch/batch-jobs.js';
import { CallLog } from './domain/call-log.js';
import { Faults } from './domain/faults.js';
import { MarketHistory } from './domain/market-history.js';
import type { MarketSource } from './domain/market-source.js';
import { RestatedSource } from './domain/restated-source.js';
import { Stalls } from './domain/stalls.js';
import { ApiErrorFilter } from './http/api-error.filter.js';
import { BatchController } from './http/batch.controller.js';
import { DownloadController } from './http/download.controller.js';
import { FaultsController } from './http/faults.controller.js';
import { LoseAnswerInterceptor } from './http/lose-answer.interceptor.js';
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
        BatchController,
        DownloadController,
        FaultsController,
      ],
      providers: [
        { provide: RestatedSource, useValue: new RestatedSource(source) },
        { provide: MARKET_SOURCE, useExisting: RestatedSource },
        Faults,
        Stalls,
        CallLog,
        {
          provide: MetadataApi,
          inject: [MARKET_SOURCE],
          useFactory: (market: MarketSource) => new MetadataApi(new MarketHistory(market)),
        },
        BatchJobs,
        { provide: APP_FILTER, useClass: ApiErrorFilter },
        { provide: APP_INTERCEPTOR, useClass: LoseAnswerInterceptor },
      ],
    };
  }
}
