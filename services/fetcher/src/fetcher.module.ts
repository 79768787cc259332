import { Module } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';
import { HistoricalClient } from '@tapeline/databento';
import { Storage } from '@tapeline/storage';
import { FetchSettings } from './fetch-settings.js';
import { FetcherController } from './fetcher.controller.js';

@Module({})
export class FetcherModule {
  static with(storage: Storage, client: HistoricalClient, settings: FetchSettings): DynamicModule {
    return {
      module: FetcherModule,
      controllers: [FetcherController],
      providers: [
        { provide: Storage, useValue: storage },
        { provide: HistoricalClient, useValue: client },
        { provide: FetchSettings, useValue: settings },
      ],
    };
  }
}
