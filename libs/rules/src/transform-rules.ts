/**
 * `configs/rules/*.yaml`: how decoded records become rows.
 *
 *     schemas: [statistics]
 *     set:                      # in order; `to` is a literal, a column of the same type, or null
 *       - { column: stat_flags, to: 0, when: { column: stat_flags, eq: 255 } }
 *     filter:                   # records to leave out, counted as outcome `filtered`
 *       - { name: deletions, when: { column: update_action, eq: 2 } }
 */
import { z } from 'zod';
import { SCHEMA_NAMES, SCHEMAS } from '@tapeline/records';
import type { ColumnarBatch, SchemaDescription, SchemaName } from '@tapeline/records';
import { compileCondition, findColumn } from './compile-condition.js';
import type { ColumnCondition } from './compile-condition.js';
import { conditionSchema } from './condition.js';
import type { Literal } from './condition.js';
import { coverAllSchemas } from './cover-schemas.js';
import { literalValue } from './literal-value.js';
import { parseYaml } from './parse-yaml.js';
import type { RuleFile } from './parse-yaml.js';
import { selectRows } from './select-rows.js';

const shape = z.strictObject({
  schemas: z.array(z.enum(SCHEMA_NAMES as readonly [SchemaName, ...SchemaName[]])).min(1),
  set: z
    .array(
      z.strictObject({
        column: z.string(),
        to: z.union([z.string(), z.number(), z.null(), z.strictObject({ column: z.string() })]),
        when: conditionSchema.optional(),
      }),
    )
    .default([]),
  filter: z
    .array(z.strictObject({ name: z.string().regex(/^[a-z0-9_]+$/), when: conditionSchema }))
    .default([]),
});

export interface TransformResult {
  readonly batch: ColumnarBatch;
  /** Records left out, by the name of the filter that did it. */
  readonly filtered: ReadonlyMap<string, number>;
}

/** Applies the rules of one schema; the batch given is changed in place where `set` says so. */
export type Transform = (batch: ColumnarBatch) => TransformResult;

/** Compiles the transform of every schema. @throws RuleError */
export function compileTransforms(files: readonly RuleFile[]): ReadonlyMap<SchemaName, Transform> {
  const transforms = new Map<SchemaName, Transform>();
  for (const file of files) {
    const { value, fault } = parseYaml(file, shape);
    for (const name of value.schemas) {
      const schema = SCHEMAS[name];
      if (transforms.has(name)) throw fault(['schemas'], `another file has rules for ${name} too`);
      const setters = value.set.map((rule, index) => {
        try {
          return compileSetter(
            schema,
            rule.column,
            rule.to,
            rule.when && compileCondition(schema, rule.when),
          );
        } catch (error) {
          throw fault(['set', index], (error as Error).message);
        }
      });
      const filters = value.filter.map((rule, index) => {
        try {
          return { name: rule.name, condition: compileCondition(schema, rule.when) };
        } catch (error) {
          throw fault(['filter', index], (error as Error).message);
        }
      });
      transforms.set(name, (batch) => {
        for (const setter of setters) setter(batch);
        return leaveOut(batch, filters);
      });
    }
  }
  coverAllSchemas(transforms, 'transform');
  return transforms;
}

type Setter = (batch: ColumnarBatch) => void;

function compileSetter(
  schema: SchemaDescription,
  name: string,
  to: Literal | null | { column: string },
  when: ColumnCondition | undefined,
): Setter {
  const column = findColumn(schema, name);
  if (column.name === 'ordinal' || column.name === schema.indexColumn) {
    throw new RangeError(`${name} says which record this is and cannot be set`);
  }
  const applies = (batch: ColumnarBatch): Uint8Array =>
    when ? when(batch) : new Uint8Array(batch.length).fill(1);
  if (to !== null && typeof to === 'object') {
    const source = findColumn(schema, to.column);
    if (source.type !== column.type || source.width !== column.width) {
      throw new RangeError(`${name} and ${to.column} are of different types`);
    }
    return (batch) => {
      const mask = applies(batch);
      const target = batch.column(name) as Int32Array;
      const values = batch.column(to.column) as Int32Array;
      for (let row = 0; row < mask.length; row++) if (mask[row]) target[row] = values[row]!;
    };
  }
  const value = to === null ? column.nullValue : literalValue(column, to);
  if (value === undefined) throw new RangeError(`column ${name} has no null`);
  return (batch) => {
    const mask = applies(batch);
    const target = batch.column(name);
    const wide = target instanceof BigInt64Array || target instanceof BigUint64Array;
    const stored = wide ? value : Number(value);
    for (let row = 0; row < mask.length; row++) {
      if (mask[row]) (target as (bigint | number)[] & typeof target)[row] = stored;
    }
  };
}

function leaveOut(
  batch: ColumnarBatch,
  filters: readonly { name: string; condition: ColumnCondition }[],
): TransformResult {
  const filtered = new Map<string, number>();
  if (filters.length === 0) return { batch, filtered };
  const keep = new Uint8Array(batch.length).fill(1);
  for (const { name, condition } of filters) {
    const mask = condition(batch);
    let count = 0;
    for (let row = 0; row < mask.length; row++) {
      if (mask[row] && keep[row]) {
        keep[row] = 0;
        count++;
      }
    }
    if (count > 0) filtered.set(name, count);
  }
  return { batch: filtered.size > 0 ? batch.take(selectRows(keep, 1)) : batch, filtered };
}
