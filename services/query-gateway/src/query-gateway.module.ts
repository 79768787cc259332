import { Module } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { Storage } from '@tapeline/storage';
import type { Logger } from '@tapeline/telemetry';
import { CostsController } from './costs.controller.js';
import { CoverageController } from './coverage.controller.js';
import { FindingsController } from './findings.controller.js';
import { HealthController } from './health.controller.js';
import { JobBus } from './job-bus.js';
import { JobsController } from './jobs.controller.js';
import { ProblemFilter } from './problem-filter.js';
import { QuarantineController } from './quarantine.controller.js';
import { ReplaysController } from './replays.controller.js';
import { SystemController } from './system.controller.js';
import { QUERY_STORAGE, TimeseriesController } from './timeseries.controller.js';

export interface GatewayParts {
  /** For jobs and health. */
  readonly storage: Storage;
  /** For queries, each of which takes a connection for as long as its client reads. */
  readonly queryStorage: Storage;
  readonly bus: JobBus;
  readonly logger: Logger;
}

@Module({})
export class QueryGatewayModule {
  static register({ storage, queryStorage, bus, logger }: GatewayParts): DynamicModule {
    return {
      module: QueryGatewayModule,
      controllers: [
        TimeseriesController,
        JobsController,
        CostsController,
        CoverageController,
        QuarantineController,
        ReplaysController,
        FindingsController,
        HealthController,
        SystemController,
      ],
      providers: [
        { provide: Storage, useValue: storage },
        { provide: QUERY_STORAGE, useValue: queryStorage },
        { provide: JobBus, useValue: bus },
        { provide: APP_FILTER, useValue: new ProblemFilter(logger) },
      ],
    };
  }
}
