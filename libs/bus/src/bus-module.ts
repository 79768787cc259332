import { Global, Module } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';
import type { Logger } from '@tapeline/telemetry';
import { BusPublisher } from './bus-publisher.js';
import type { Bus } from './bus.js';

/** Injection token of the {@link Bus}. */
export const BUS = Symbol('bus');
/** Injection token of the service's logger. */
export const LOGGER = Symbol('logger');

/** What every service on the bus injects: the connection, a publisher, a logger. */
@Global()
@Module({})
export class BusModule {
  static register(bus: Bus, publisher: BusPublisher, logger: Logger): DynamicModule {
    const providers = [
      { provide: BUS, useValue: bus },
      { provide: BusPublisher, useValue: publisher },
      { provide: LOGGER, useValue: logger },
    ];
    return { module: BusModule, providers, exports: providers, global: true };
  }
}
