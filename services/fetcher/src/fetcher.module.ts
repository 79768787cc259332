import { Module } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';
import { HistoricalClient } from '@tapeline/databento';
import { Storage } from '@tapeline/storage';
import { FetcherController } from './fetcher.controller.js';

@Module({})
export class FetcherModule {
  static with(storage: Storage, client: HistoricalClient): DynamicModule {
    return {
      module: FetcherModule,
      controllers: [FetcherController],
      providers: [
        { provide: Storage, useValue: storage },
        { provide: HistoricalClient, useValue: client },
      ],
    };
  }
}
