import 'reflect-metadata';
import { loadConfig } from '@tapeline/config';
import { createLogger, NestPinoLogger, stopTelemetry } from '@tapeline/telemetry';
import { openSource } from './open-source.js';
import { startSandbox } from './start-sandbox.js';

let logger = createLogger('sandbox');
try {
  const config = loadConfig([
    'SANDBOX_HOST',
    'SANDBOX_PORT',
    'SANDBOX_DATA_DIR',
    'SANDBOX_SEED',
    'SANDBOX_TRADES_PER_DAY',
    'LOG_LEVEL',
  ]);
  logger = createLogger('sandbox', config.LOG_LEVEL);
  const source = await openSource(
    {
      dataDir: config.SANDBOX_DATA_DIR,
      seed: config.SANDBOX_SEED,
      tradesPerDay: config.SANDBOX_TRADES_PER_DAY,
    },
    (path, reason) => logger.warn({ path, reason }, 'file not served'),
  );
  const sandbox = await startSandbox(source, {
    host: config.SANDBOX_HOST,
    port: config.SANDBOX_PORT,
    logger: new NestPinoLogger(logger),
  });
  const datasets = source.datasets.map(({ name }) => name);
  logger.info({ url: sandbox.url, datasets }, 'ready');

  const stop = async (): Promise<void> => {
    logger.info('stopping');
    await sandbox.close();
    await stopTelemetry();
    process.exit(0);
  };
  process.once('SIGTERM', () => void stop());
  process.once('SIGINT', () => void stop());
} catch (error) {
  logger.fatal(`sandbox could not start: ${(error as Error).message}`);
  process.exit(1);
}
