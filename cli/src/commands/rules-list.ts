import { isSchemaName, SCHEMA_NAMES } from '@tapeline/records';
import type { SchemaName } from '@tapeline/records';
import { CliError } from '../cli-error.js';
import { loadRuleSet, showPath } from '../rules/rule-folder.js';
import { configsFolder } from '../stack/stack-file.js';

export interface RulesListOptions {
  readonly configs?: string;
  readonly schema?: string;
  readonly json?: boolean;
}

/** `tapeline rules list`: every rule, in the order in which they are applied. */
export function listRules(options: RulesListOptions): void {
  const folder = configsFolder(options.configs);
  const { schemas, version } = loadRuleSet(folder);
  const names = options.schema === undefined ? SCHEMA_NAMES : [schemaName(options.schema)];
  const place = ({ file, line }: { file: string; line: number }) =>
    `${showPath(folder, file)}:${line}`;
  if (options.json) {
    const rules = names.flatMap((schema) =>
      schemas
        .get(schema)!
        .rules.map(({ description, ...rule }) => ({ schema, ...rule, reason: description })),
    );
    console.log(JSON.stringify({ version, rules }));
    return;
  }
  for (const name of names) {
    console.log(name);
    for (const rule of schemas.get(name)!.rules) {
      const { stage, severity, expression, description } = rule;
      console.log(
        `  ${stage.padEnd(9)} ${severity.padEnd(8)} ${rule.name.padEnd(25)} ${place(rule)}`,
      );
      for (const line of [expression, description]) if (line !== '') console.log(`      ${line}`);
    }
  }
}

function schemaName(text: string): SchemaName {
  if (isSchemaName(text)) return text;
  throw new CliError(`there is no schema '${text}': the schemas are ${SCHEMA_NAMES.join(', ')}`);
}
