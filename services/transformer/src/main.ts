import { runService } from '@tapeline/bus';
import { loadConfig, watchConfig } from '@tapeline/config';
import { compileRuleSet } from '@tapeline/rules';
import { createLogger } from '@tapeline/telemetry';
import { TransformerModule } from './transformer.module.js';

await runService('transformer', () => {
  const config = loadConfig(['NATS_URL', 'HEALTH_HOST', 'HEALTH_PORT', 'LOG_LEVEL']);
  const rules = watchConfig(
    config.TAPELINE_CONFIGS_DIR,
    ['rules', 'validation', 'calendars'],
    compileRuleSet,
    createLogger('transformer', config.LOG_LEVEL),
  );
  return { config, module: TransformerModule.with(rules) };
});
