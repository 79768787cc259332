import 'reflect-metadata';
import { Module } from '@nestjs/common';
import type { DynamicModule, Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { createLogger, NestPinoLogger, stopTelemetry } from '@tapeline/telemetry';
import type { Logger } from '@tapeline/telemetry';
import { BusModule } from './bus-module.js';
import { BusPublisher } from './bus-publisher.js';
import { connectBus } from './bus.js';
import { startHealthServer } from './health-server.js';
import { JetStreamStrategy } from './jetstream-strategy.js';
import type { OutageOf } from './jetstream-strategy.js';
import { provision } from './provision.js';

export interface ServiceParts {
  readonly config: {
    readonly NATS_URL: string;
    readonly NATS_REPLICAS: number;
    readonly HEALTH_HOST: string;
    readonly HEALTH_PORT: number;
    readonly LOG_LEVEL: string;
  };
  readonly module: Type | DynamicModule;
  /** Tells what its handlers wait for from what they fail of. */
  readonly outageOf?: OutageOf;
}

/** The root of a service's modules. */
@Module({})
class ServiceModule {}

/**
 * Runs a service on the bus until SIGTERM or SIGINT: serves health, connects, provisions the topology,
 * and hands the messages to the module's controllers. A failed start, and a connection that is closed
 * for good, end in one log line and exit code 1.
 * @param prepare reads the configuration and makes the service's module.
 */
export async function runService(
  name: string,
  prepare: () => ServiceParts | Promise<ServiceParts>,
): Promise<void> {
  let logger = createLogger(name);
  try {
    const parts = await prepare();
    logger = createLogger(name, parts.config.LOG_LEVEL);
    await start(name, parts, logger);
  } catch (error) {
    logger.fatal(`${name} could not start: ${(error as Error).message}`);
    await stopTelemetry();
    process.exit(1);
  }
}

async function start(name: string, { config, module, outageOf }: ServiceParts, logger: Logger) {
  let trouble = (): string | null => 'starting';
  const health = await startHealthServer(
    { host: config.HEALTH_HOST, port: config.HEALTH_PORT },
    () => trouble(),
  );
  const bus = await connectBus({
    url: config.NATS_URL,
    name,
    replicas: config.NATS_REPLICAS,
    onStatus: (status) => logger.info({ status }, 'nats'),
  });
  await provision(bus);
  const publisher = new BusPublisher(bus, logger);
  const strategy = new JetStreamStrategy(bus, publisher, logger, { outageOf });
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
  trouble = () => strategy.trouble();
  logger.info({ health: health.port }, 'ready');

  let stopping = false;
  const stop = async (): Promise<void> => {
    stopping = true;
    logger.info('stopping');
    trouble = () => 'stopping';
    let code = 0;
    try {
      await app.close();
      publisher.close();
      await bus.close();
      await health.close();
    } catch (err) {
      logger.error({ err }, 'did not stop in good order');
      code = 1;
    }
    await stopTelemetry();
    process.exit(code);
  };
  process.once('SIGTERM', () => void stop());
  process.once('SIGINT', () => void stop());
  void bus.nc.closed().then(async (reason) => {
    if (stopping) return;
    const why = reason instanceof Error ? `: ${reason.message}` : '';
    logger.fatal(`${name} stops, since its connection to NATS is closed for good${why}`);
    await stopTelemetry();
    process.exit(1);
  });
}
