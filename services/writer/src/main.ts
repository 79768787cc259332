import { runService } from '@tapeline/bus';
import { loadConfig, watchConfig } from '@tapeline/config';
import { compileRuleSet, RULE_FOLDERS } from '@tapeline/rules';
import { databaseOutage, migrateWhenReady, Storage } from '@tapeline/storage';
import { createLogger } from '@tapeline/telemetry';
import { prepareDatabase } from './prepare-database.js';
import { WriterModule } from './writer.module.js';
import { WriterRules } from './writer-rules.js';

await runService('writer', async () => {
  const config = loadConfig([
    'NATS_URL',
    'NATS_REPLICAS',
    'DATABASE_URL',
    'DATABASE_CONNECTIONS',
    'DATABASE_COMPRESS_AFTER_DAYS',
    'DATABASE_RETAIN_DAYS',
    'QUARANTINE_KEEP_RESOLVED_DAYS',
    'HEALTH_HOST',
    'HEALTH_PORT',
    'LOG_LEVEL',
  ]);
  const logger = createLogger('writer', config.LOG_LEVEL);
  await migrateWhenReady(config.DATABASE_URL, (err) => logger.warn({ err }, 'no database yet'));
  const storage = Storage.open({
    url: config.DATABASE_URL,
    connections: config.DATABASE_CONNECTIONS,
    onError: (err) => logger.warn({ err }, 'a database connection broke'),
  });
  await prepareDatabase(storage, config.DATABASE_COMPRESS_AFTER_DAYS, logger);
  const rules = watchConfig(config.TAPELINE_CONFIGS_DIR, RULE_FOLDERS, compileRuleSet, logger);
  return {
    config,
    module: WriterModule.with({
      storage,
      rules: new WriterRules(rules),
      keptDays: {
        resolved: config.QUARANTINE_KEEP_RESOLVED_DAYS,
        records: config.DATABASE_RETAIN_DAYS,
      },
      logger,
    }),
    outageOf: databaseOutage,
  };
});
