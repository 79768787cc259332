import { runService } from '@tapeline/bus';
import { loadConfig, readConfigFiles } from '@tapeline/config';
import { compileValidations, rulesVersion } from '@tapeline/rules';
import { ValidatorModule } from './validator.module.js';

await runService('validator', () => {
  const config = loadConfig(['NATS_URL', 'HEALTH_HOST', 'HEALTH_PORT', 'LOG_LEVEL']);
  const files = readConfigFiles(config.TAPELINE_CONFIGS_DIR, 'validation');
  const rules = { validations: compileValidations(files), version: rulesVersion(files) };
  return { config, module: ValidatorModule.with(rules) };
});
