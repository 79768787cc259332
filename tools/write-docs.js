// Writes the documents that are generated from the code, and the generated parts of others.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { readConfigFiles } from '@tapeline/config';
import { renderSchemaDocs } from '@tapeline/records';
import { openApiText } from '../services/query-gateway/dist/openapi/open-api-text.js';
import { compileRuleSet, replaceRuleDocs } from '@tapeline/rules';

const root = new URL('../', import.meta.url);
writeFileSync(new URL('docs/schemas.md', root), renderSchemaDocs());
writeFileSync(new URL('docs/openapi.json', root), openApiText());

const configs = fileURLToPath(new URL('configs/', root));
const rules = compileRuleSet({
  rules: readConfigFiles(configs, 'rules'),
  validation: readConfigFiles(configs, 'validation'),
});
const ruleDocs = new URL('docs/rules.md', root);
writeFileSync(ruleDocs, replaceRuleDocs(readFileSync(ruleDocs, 'utf8'), rules));
