import { SCHEMA_NAMES } from '@tapeline/records';
import type { SchemaName } from '@tapeline/records';
import { RuleError } from './parse-yaml.js';

/** Checks that each schema has rules. @throws RuleError that names those without. */
export function coverAllSchemas(rules: ReadonlyMap<SchemaName, unknown>, kind: string): void {
  const missing = SCHEMA_NAMES.filter((name) => !rules.has(name));
  if (missing.length > 0) {
    throw new RuleError(`no ${kind} rules for ${missing.join(', ')}: add them to a file's schemas`);
  }
}
