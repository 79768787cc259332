import { SCHEMA_NAMES, SCHEMAS } from '@tapeline/records';
import type { SchemaName } from '@tapeline/records';
import type { z } from 'zod';
import { compileCalendars } from '../calendar/compile-calendars.js';
import { parseYaml } from '../parse-yaml.js';
import type { ParsedYaml, RuleFile } from '../parse-yaml.js';
import { FaultList, RuleError } from '../rule-error.js';
import { rulesVersion } from '../rules-version.js';
import { compileTransform } from './compile-transform.js';
import { compileValidation } from './compile-validation.js';
import type { RuleFiles, RuleSet, SchemaRules } from './rule-set.js';
import { rulesShape } from './rules-shape.js';
import { validationShape } from './validation-shape.js';

/**
 * Checks and compiles all rules. Each schema stands in exactly one file of either folder.
 * @throws RuleError with the place of every fault that was found.
 */
export function compileRuleSet(files: RuleFiles): RuleSet {
  const faults = new FaultList();
  const transforms = bySchema(files.rules, rulesShape, faults);
  const validations = bySchema(files.validation, validationShape, faults);
  const schemas = new Map<SchemaName, SchemaRules>();
  for (const name of SCHEMA_NAMES) {
    const rules = transforms.get(name);
    const validation = validations.get(name);
    const before = faults.faults.length;
    const transform = rules && compileTransform(SCHEMAS[name], rules, faults);
    // Columns that could not be compiled would be missed by the validation.
    if (!transform || !validation || faults.faults.length > before) continue;
    const { schema } = transform;
    const { rules: checks, asks, validate } = compileValidation(schema, validation, faults);
    schemas.set(name, {
      schema,
      rules: [...transform.rules, ...checks],
      chunkChecks: validation.value.chunk,
      asks: { transform: transform.asks, validate: asks },
      maxRefused: validation.value.max_refused ?? null,
      transform: transform.transform,
      validate,
    });
  }
  const calendarFiles = files.calendars ?? [];
  const calendars = compileCalendars(calendarFiles, faults);
  if (faults.faults.length > 0) throw new RuleError(faults.faults);
  coverAllSchemas(transforms, 'transform');
  coverAllSchemas(validations, 'validation');
  const transformVersion = rulesVersion([...files.rules, ...calendarFiles]);
  const validationVersion = rulesVersion([...files.validation, ...calendarFiles]);
  const version = `${transformVersion}.${validationVersion}`;
  return { transformVersion, validationVersion, version, schemas, calendars };
}

function bySchema<Shape extends z.ZodType<{ schemas: SchemaName[] }>>(
  files: readonly RuleFile[],
  shape: Shape,
  faults: FaultList,
): Map<SchemaName, ParsedYaml<z.infer<Shape>>> {
  const found = new Map<SchemaName, ParsedYaml<z.infer<Shape>>>();
  for (const file of files) {
    const yaml = faults.attempt(() => parseYaml(file, shape));
    yaml?.value.schemas.forEach((name, index) => {
      const other = found.get(name);
      if (!other) return found.set(name, yaml);
      return faults.add(
        yaml.fault(['schemas', index], `rules for ${name} stand in ${other.file.path} already`),
      );
    });
  }
  return found;
}

/** @throws RuleError that names schemas without rules. */
function coverAllSchemas(rules: ReadonlyMap<SchemaName, unknown>, kind: string): void {
  const missing = SCHEMA_NAMES.filter((name) => !rules.has(name));
  if (missing.length > 0) {
    throw new RuleError(`no ${kind} rules for ${missing.join(', ')}: add them to a file's schemas`);
  }
}
