import { runService } from '@tapeline/bus';
import { loadConfig, watchConfig } from '@tapeline/config';
import { compileRuleSet, RULE_FOLDERS } from '@tapeline/rules';
import { databaseOutage, RecordLookups, Storage } from '@tapeline/storage';
import { createLogger } from '@tapeline/telemetry';
import { ValidatorModule } from './validator.module.js';

await runService('validator', () => {
  const config = loadConfig([
    'NATS_URL',
    'NATS_REPLICAS',
    'DATABASE_URL',
    'HEALTH_HOST',
    'HEALTH_PORT',
    'LOG_LEVEL',
  ]);
  const logger = createLogger('validator', config.LOG_LEVEL);
  const rules = watchConfig(config.TAPELINE_CONFIGS_DIR, RULE_FOLDERS, compileRuleSet, logger);
  const storage = Storage.open({
    url: config.DATABASE_URL,
    connections: 2,
    onError: (err) => logger.warn({ err }, 'a database connection broke'),
  });
  return {
    config,
    module: ValidatorModule.with(rules, new RecordLookups(storage)),
    outageOf: databaseOutage,
  };
});
