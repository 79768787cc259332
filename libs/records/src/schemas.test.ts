import { expect, it } from '@jest/globals';
import { SCHEMA_NAMES, SCHEMAS, schemaByCode } from './schemas.js';
import type { DbnVersion } from './schema-description.js';

const VERSIONS: readonly DbnVersion[] = [1, 2, 3];

it.each(SCHEMA_NAMES)('%s: no field overlaps another or leaves the record', (name) => {
  const schema = SCHEMAS[name];
  for (const version of VERSIONS) {
    const taken = new Map<number, string>();
    for (const column of schema.columns) {
      const field = column.wire[version];
      if (!field) continue;
      for (let byte = field.offset; byte < field.offset + field.width; byte++) {
        expect([byte, taken.get(byte), column.name]).toEqual([byte, undefined, column.name]);
        taken.set(byte, column.name);
      }
      expect(field.offset + field.width).toBeLessThanOrEqual(schema.recordSize[version]);
    }
  }
});

it.each(SCHEMA_NAMES)('%s: every version-3 field but the last column is on the wire', (name) => {
  const columns = SCHEMAS[name].columns;
  expect(columns.filter((column) => !column.wire[3]).map((column) => column.name)).toEqual([
    'ordinal',
  ]);
});

it('finds schemas by the number in DBN metadata', () => {
  expect(schemaByCode(4)?.name).toBe('trades');
  expect(schemaByCode(9)?.name).toBe('definition');
  expect(schemaByCode(65_535)).toBeUndefined();
});
