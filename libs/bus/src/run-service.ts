import 'reflect-metadata';
import { Module } from '@nestjs/common';
import type { DynamicModule, Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { createLogger, NestPinoLogger } from '@tapeline/telemetry';
import { BusModule } from './bus-module.js';
import { BusPublisher } from './bus-publisher.js';
import { connectBus } from './bus.js';
import { startHealthServer } from './health-server.js';
import { JetStreamStrategy } from './jetstream-strategy.js';
import { provision } from './provision.js';

export interface ServiceParts {
  readonly config: {
    readonly NATS_URL: string;
    readonly HEALTH_HOST: string;
    readonly HEALTH_PORT: number;
    readonly LOG_LEVEL: string;
  };
  readonly module: Type | DynamicModule;
}

/** The root of a service's modules. */
@Module({})
class ServiceModule {}

/**
 * Runs a service on the bus until SIGTERM or SIGINT: connects, provisions the topology, serves health,
 * and hands the messages to the module's controllers. A failed start ends in one log line, exit code 1.
 * @param prepare reads the configuration and makes the service's module.
 */
export async function runService(
  name: string,
  prepare: () => ServiceParts | Promise<ServiceParts>,
): Promise<void> {
  let logger = createLogger(name);
  try {
    const { config, module } = await prepare();
    logger = createLogger(name, config.LOG_LEVEL);
    const bus = await connectBus({
      url: config.NATS_URL,
      name,
      onStatus: (status) => logger.info({ status }, 'nats'),
    });
    await provision(bus);
    const publisher = new BusPublisher(bus, logger);
    const strategy = new JetStreamStrategy(bus, publisher, logger);
    const root: DynamicModule = {
      module: ServiceModule,
      imports: [BusModule.register(bus, publisher, logger), module],
    };
    const app = await NestFactory.createMicroservice(root, {
      strategy,
      logger: new NestPinoLogger(logger),
      abortOnError: false,
    });
    await app.listen();
    const health = await startHealthServer(
      { host: config.HEALTH_HOST, port: config.HEALTH_PORT },
      async () => strategy.trouble(),
    );
    logger.info({ health: health.port }, 'ready');

    const stop = async (): Promise<void> => {
      logger.info('stopping');
      await health.close();
      await app.close();
      publisher.close();
      await bus.close();
      process.exit(0);
    };
    process.once('SIGTERM', () => void stop());
    process.once('SIGINT', () => void stop());
  } catch (error) {
    logger.fatal(`${name} could not start: ${(error as Error).message}`);
    process.exit(1);
  }
}
