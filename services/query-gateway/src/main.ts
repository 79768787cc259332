import { loadConfig, watchConfig } from '@tapeline/config';
import { compileRuleSet, RULE_FOLDERS } from '@tapeline/rules';
import { Storage } from '@tapeline/storage';
import { createLogger, stopTelemetry } from '@tapeline/telemetry';
import { createGateway } from './create-gateway.js';
import { JobBus } from './job-bus.js';

const NAME = 'query-gateway';
/** Connections for jobs and health, beside those for queries. */
const CONTROL_CONNECTIONS = 2;
/** Statements that people send, at a time. */
const SQL_CONNECTIONS = 2;

async function start(): Promise<void> {
  const config = loadConfig([
    'NATS_URL',
    'NATS_REPLICAS',
    'DATABASE_URL',
    'DATABASE_CONNECTIONS',
    'GATEWAY_HOST',
    'GATEWAY_PORT',
    'GATEWAY_AUTH',
    'GATEWAY_OPERATOR_KEY',
    'GATEWAY_REQUESTS_PER_MINUTE',
    'GATEWAY_CONCURRENT_REQUESTS',
    'GATEWAY_STATEMENT_SECONDS',
    'GATEWAY_CORS_ORIGINS',
    'GATEWAY_SQL_URL',
    'LOG_LEVEL',
  ]);
  const logger = createLogger(NAME, config.LOG_LEVEL);
  const openStorage = (connections: number, url = config.DATABASE_URL): Storage =>
    Storage.open({
      url,
      connections,
      statementSeconds: config.GATEWAY_STATEMENT_SECONDS,
      onError: (err) => logger.warn({ err }, 'a database connection broke'),
    });
  const storage = openStorage(CONTROL_CONNECTIONS);
  const queryStorage = openStorage(config.DATABASE_CONNECTIONS);
  const sqlStorage =
    config.GATEWAY_SQL_URL === ''
      ? undefined
      : openStorage(SQL_CONNECTIONS, config.GATEWAY_SQL_URL);
  const rules = watchConfig(config.TAPELINE_CONFIGS_DIR, RULE_FOLDERS, compileRuleSet, logger);
  const bus = new JobBus();
  const app = await createGateway({
    storage,
    queryStorage,
    sqlStorage,
    bus,
    logger,
    sessionsOf: (dataset) => rules.current.calendars.get(dataset),
    access: {
      auth: config.GATEWAY_AUTH,
      operatorKey: config.GATEWAY_OPERATOR_KEY,
      requestsPerMinute: config.GATEWAY_REQUESTS_PER_MINUTE,
      concurrentRequests: config.GATEWAY_CONCURRENT_REQUESTS,
    },
    corsOrigins: config.GATEWAY_CORS_ORIGINS,
  });
  if (config.GATEWAY_AUTH === 'off') {
    logger.warn('keys are off: whoever reaches the port may do everything');
  }

  const stop = async (): Promise<void> => {
    logger.info('stopping');
    await app.close();
    await Promise.all([bus.close(), storage.close(), queryStorage.close(), sqlStorage?.close()]);
    await stopTelemetry();
    process.exit(0);
  };
  process.once('SIGTERM', () => void stop());
  process.once('SIGINT', () => void stop());

  await app.listen(config.GATEWAY_PORT, config.GATEWAY_HOST);
  logger.info({ url: await app.getUrl() }, 'ready');
  await bus.connect(config.NATS_URL, logger, config.NATS_REPLICAS);
}

try {
  await start();
} catch (err) {
  createLogger(NAME).fatal({ err }, `${NAME} could not start: ${(err as Error).message}`);
  process.exit(1);
}
