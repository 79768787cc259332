import 'reflect-metadata';
import { loadConfig } from '@tapeline/config';
import { createLogger, NestPinoLogger } from '@tapeline/telemetry';
import { openSource } from './open-source.js';
import { startSandbox } from './start-sandbox.js';

const config = loadConfig([
  'SANDBOX_HOST',
  'SANDBOX_PORT',
  'SANDBOX_DATA_DIR',
  'SANDBOX_SEED',
  'SANDBOX_TRADES_PER_DAY',
  'LOG_LEVEL',
]);
const logger = createLogger('sandbox', config.LOG_LEVEL);
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
logger.info(
  { url: sandbox.url, datasets: source.datasets.map(({ name }) => name) },
  'sandbox listening',
);

let stopping = false;
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.on(signal, () => {
    if (stopping) return;
    stopping = true;
    void sandbox.close().then(() => logger.info('sandbox stopped'));
  });
}
