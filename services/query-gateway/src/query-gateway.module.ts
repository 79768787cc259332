import { Module } from '@nestjs/common';
import type { DynamicModule, Type } from '@nestjs/common';
import { APP_FILTER, APP_GUARD } from '@nestjs/core';
import { Storage } from '@tapeline/storage';
import type { Logger } from '@tapeline/telemetry';
import { Access } from './access/access.js';
import { AccessGuard } from './access/access.guard.js';
import type { AccessSettings } from './access/access.js';
import { DayUsage } from './access/day-usage.js';
import { KeyRing } from './access/key-ring.js';
import { AsofController } from './asof.controller.js';
import { BarsController, SESSIONS_OF } from './bars.controller.js';
import type { SessionsOf } from './bars.controller.js';
import { CostsController } from './costs.controller.js';
import { DocsController, OPENAPI_DOCUMENT } from './docs.controller.js';
import { CoverageController } from './coverage.controller.js';
import { DatasetsController } from './datasets.controller.js';
import { FindingsController } from './findings.controller.js';
import { GATEWAY_LOGGER } from './historical/historical-error.filter.js';
import { HistoricalMetadataController } from './historical/historical-metadata.controller.js';
import { HistoricalSymbolsController } from './historical/historical-symbols.controller.js';
import { HistoricalTimeseriesController } from './historical/historical-timeseries.controller.js';
import { HealthController } from './health.controller.js';
import { InstrumentsController } from './instruments.controller.js';
import { JobBus } from './job-bus.js';
import { JobEventsController } from './job-events.controller.js';
import { JobsController } from './jobs.controller.js';
import { openApiDocument } from './openapi/open-api-document.js';
import { routesOf } from './openapi/routes-of.js';
import { LatestController } from './latest.controller.js';
import { ProblemFilter } from './problem-filter.js';
import { QuarantineController } from './quarantine.controller.js';
import { ReplaysController } from './replays.controller.js';
import { SQL_STORAGE, SqlController } from './sql.controller.js';
import { SchemasController } from './schemas.controller.js';
import { StatisticsController } from './statistics.controller.js';
import { StreamController } from './stream.controller.js';
import { SymbologyController } from './symbology.controller.js';
import { SystemController } from './system.controller.js';
import { QUERY_STORAGE, TimeseriesController } from './timeseries.controller.js';

/** All that the gateway answers. */
export const CONTROLLERS: readonly Type[] = [
  TimeseriesController,
  BarsController,
  LatestController,
  AsofController,
  JobsController,
  JobEventsController,
  CostsController,
  CoverageController,
  QuarantineController,
  ReplaysController,
  FindingsController,
  HealthController,
  InstrumentsController,
  DatasetsController,
  SchemasController,
  StatisticsController,
  StreamController,
  SymbologyController,
  SystemController,
  SqlController,
  HistoricalMetadataController,
  HistoricalSymbolsController,
  HistoricalTimeseriesController,
  DocsController,
];

export interface GatewayParts {
  /** For jobs and health. */
  readonly storage: Storage;
  /** For queries, each of which takes a connection for as long as its client reads. */
  readonly queryStorage: Storage;
  /** For SQL that people send, as a role that can do nothing but read; undefined where there is none. */
  readonly sqlStorage: Storage | undefined;
  readonly bus: JobBus;
  readonly logger: Logger;
  readonly access: AccessSettings;
  readonly sessionsOf: SessionsOf;
  /** Of pages that may call the gateway from a browser. */
  readonly corsOrigins: readonly string[];
}

@Module({})
export class QueryGatewayModule {
  static register({
    storage,
    queryStorage,
    sqlStorage,
    bus,
    logger,
    access,
    sessionsOf,
  }: GatewayParts): DynamicModule {
    const keys = new KeyRing(storage, access.operatorKey);
    return {
      module: QueryGatewayModule,
      controllers: [...CONTROLLERS],
      providers: [
        { provide: Storage, useValue: storage },
        { provide: SESSIONS_OF, useValue: sessionsOf },
        { provide: OPENAPI_DOCUMENT, useValue: openApiDocument(routesOf(CONTROLLERS)) },
        { provide: QUERY_STORAGE, useValue: queryStorage },
        { provide: SQL_STORAGE, useValue: sqlStorage ?? null },
        { provide: JobBus, useValue: bus },
        { provide: GATEWAY_LOGGER, useValue: logger },
        { provide: APP_FILTER, useValue: new ProblemFilter(logger) },
        {
          provide: APP_GUARD,
          useValue: new AccessGuard(new Access(access, keys, new DayUsage())),
        },
      ],
    };
  }
}
