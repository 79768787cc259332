/**
 * `configs/validation/*.yaml`: which records are refused, and what their reason says.
 *
 *     schemas: [ohlcv-1m, ohlcv-1h]
 *     rules:
 *       - name: high_below_low
 *         refuse: { column: high, lt: { column: low } }
 *         reason: high {high} is below low {low}
 */
import { z } from 'zod';
import { formatPrice, formatTimestamp, readString, SCHEMA_NAMES, SCHEMAS } from '@tapeline/records';
import type {
  ColumnarBatch,
  ColumnDescription,
  SchemaDescription,
  SchemaName,
} from '@tapeline/records';
import { compileCondition, findColumn } from './compile-condition.js';
import type { ColumnCondition } from './compile-condition.js';
import { conditionSchema } from './condition.js';
import { coverAllSchemas } from './cover-schemas.js';
import { parseYaml } from './parse-yaml.js';
import type { RuleFile } from './parse-yaml.js';
import { selectRows } from './select-rows.js';

const shape = z.strictObject({
  schemas: z.array(z.enum(SCHEMA_NAMES as readonly [SchemaName, ...SchemaName[]])).min(1),
  rules: z.array(
    z.strictObject({
      name: z.string().regex(/^[a-z0-9_]+$/),
      refuse: conditionSchema,
      /** Text with `{column}` for the values of the record. */
      reason: z.string().min(1),
    }),
  ),
});

export interface ValidationResult {
  readonly accepted: ColumnarBatch;
  readonly refused: ColumnarBatch;
  /** Rule and reason of each refused record. */
  readonly rules: string[];
  readonly reasons: string[];
}

export type Validate = (batch: ColumnarBatch) => ValidationResult;

interface CompiledRule {
  readonly name: string;
  readonly condition: ColumnCondition;
  readonly reason: (batch: ColumnarBatch, row: number) => string;
}

/** Compiles the validation of every schema. @throws RuleError */
export function compileValidations(files: readonly RuleFile[]): ReadonlyMap<SchemaName, Validate> {
  const validations = new Map<SchemaName, Validate>();
  for (const file of files) {
    const { value, fault } = parseYaml(file, shape);
    for (const name of value.schemas) {
      if (validations.has(name)) throw fault(['schemas'], `another file validates ${name} too`);
      const rules = value.rules.map((rule, index): CompiledRule => {
        try {
          return {
            name: rule.name,
            condition: compileCondition(SCHEMAS[name], rule.refuse),
            reason: compileReason(SCHEMAS[name], rule.reason),
          };
        } catch (error) {
          throw fault(['rules', index], (error as Error).message);
        }
      });
      validations.set(name, (batch) => applyRules(batch, rules));
    }
  }
  coverAllSchemas(validations, 'validation');
  return validations;
}

/** A record refused by several rules carries the first in the file's order. */
function applyRules(batch: ColumnarBatch, rules: readonly CompiledRule[]): ValidationResult {
  const refusedBy = new Int16Array(batch.length).fill(-1);
  let refused = 0;
  rules.forEach((rule, index) => {
    const mask = rule.condition(batch);
    for (let row = 0; row < mask.length; row++) {
      if (mask[row] && refusedBy[row] === -1) {
        refusedBy[row] = index;
        refused++;
      }
    }
  });
  if (refused === 0) {
    return { accepted: batch, refused: batch.slice(0, 0), rules: [], reasons: [] };
  }
  const mask = Uint8Array.from(refusedBy, (rule) => (rule === -1 ? 0 : 1));
  const rows = selectRows(mask, 1);
  const causes = Array.from(rows, (row) => ({ row, rule: rules[refusedBy[row]!]! }));
  return {
    accepted: batch.take(selectRows(mask, 0)),
    refused: batch.take(rows),
    rules: causes.map(({ rule }) => rule.name),
    reasons: causes.map(({ rule, row }) => rule.reason(batch, row)),
  };
}

function compileReason(schema: SchemaDescription, template: string): CompiledRule['reason'] {
  const parts = template.split(/\{([a-z0-9_]+)\}/).map((text, index) => {
    if (index % 2 === 0) return () => text;
    const column = findColumn(schema, text);
    return (batch: ColumnarBatch, row: number) => showValue(column, batch, row);
  });
  return (batch, row) => parts.map((part) => part(batch, row)).join('');
}

/** One value for people: exact price, ISO time, letter, `null` where unset. */
function showValue(column: ColumnDescription, batch: ColumnarBatch, row: number): string {
  const data = batch.column(column.name);
  if (column.type === 'string') return `'${readString(data as Uint8Array, column.width, row)}'`;
  const value = BigInt(data[row]!);
  if (value === column.nullValue) return 'null';
  switch (column.type) {
    case 'price':
      return formatPrice(value);
    case 'timestamp':
      return formatTimestamp(value);
    case 'char':
      return `'${String.fromCharCode(Number(value))}'`;
    default:
      return String(value);
  }
}
