/** Rule files of tests, and those that are shipped. For tests. */
import { readdirSync, readFileSync } from 'node:fs';
import { ColumnarBatch, SCHEMA_NAMES, SCHEMAS } from '@tapeline/records';
import type { SchemaName } from '@tapeline/records';
import type { RuleFile } from '../parse-yaml.js';
import { compileRuleSet } from '../rule-set/index.js';
import type { RuleFiles, RuleSet, SchemaRules } from '../rule-set/index.js';

const CONFIGS = new URL('../../../../configs/', import.meta.url);

const shippedFiles = (folder: string): RuleFile[] =>
  readdirSync(new URL(`${folder}/`, CONFIGS)).map((name) => ({
    path: `${folder}/${name}`,
    text: readFileSync(new URL(`${folder}/${name}`, CONFIGS), 'utf8'),
  }));

/** The rule files of the project. */
export const shippedRules = (): RuleFiles => ({
  rules: shippedFiles('rules'),
  validation: shippedFiles('validation'),
});

/** Files with rules for one schema, in `rules.yaml` and `validation.yaml` from line 2, and none for the others. */
export function filesOf(schema: SchemaName, rules: string, validation = ''): RuleFiles {
  const others = SCHEMA_NAMES.filter((name) => name !== schema).join(', ');
  const files = (path: string, body: string): RuleFile[] => [
    { path: 'others.yaml', text: `schemas: [${others}]` },
    { path, text: `schemas: [${schema}]\n${body}` },
  ];
  return { rules: files('rules.yaml', rules), validation: files('validation.yaml', validation) };
}

/** The same, compiled. */
export const rulesOf = (schema: SchemaName, rules: string, validation = ''): SchemaRules =>
  compileRuleSet(filesOf(schema, rules, validation)).schemas.get(schema)!;

/** The same rules for all schemas. */
export function rulesForAll(rules: string, validation: string): RuleSet {
  const head = `schemas: [${SCHEMA_NAMES.join(', ')}]\n`;
  return compileRuleSet({
    rules: [{ path: 'rules.yaml', text: head + rules }],
    validation: [{ path: 'validation.yaml', text: head + validation }],
  });
}

/** Values of a record by column: a letter or text as it is, prices in units of 1e-9. */
export type Values = Readonly<Record<string, bigint | number | string>>;

/** Records of a schema with the given values; what is not given is 0. */
export function recordsOf(name: SchemaName, records: readonly Values[]): ColumnarBatch {
  const batch = ColumnarBatch.allocate(SCHEMAS[name], records.length);
  records.forEach((values, row) => {
    const all: Values = { ordinal: row, ...values };
    for (const [column, value] of Object.entries(all)) {
      const { width, type } = SCHEMAS[name].columns.find((each) => each.name === column)!;
      const data = batch.column(column);
      if (type === 'string') (data as Uint8Array).set(Buffer.from(String(value)), row * width);
      else if (typeof value === 'string') data[row] = value.charCodeAt(0);
      else if (data instanceof BigInt64Array || data instanceof BigUint64Array) {
        data[row] = BigInt(value);
      } else data[row] = Number(value);
    }
  });
  return batch;
}
