import { runService } from '@tapeline/bus';
import { loadConfig, readConfigFiles } from '@tapeline/config';
import { compileTransforms, rulesVersion } from '@tapeline/rules';
import { TransformerModule } from './transformer.module.js';

await runService('transformer', () => {
  const config = loadConfig(['NATS_URL', 'HEALTH_HOST', 'HEALTH_PORT', 'LOG_LEVEL']);
  const files = readConfigFiles(config.TAPELINE_CONFIGS_DIR, 'rules');
  const rules = { transforms: compileTransforms(files), version: rulesVersion(files) };
  return { config, module: TransformerModule.with(rules) };
});
