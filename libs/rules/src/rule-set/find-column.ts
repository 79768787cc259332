import { ORDINAL } from '@tapeline/records';
import type { ColumnDescription, SchemaDescription } from '@tapeline/records';
import { nearestName } from '../expressions/nearest-name.js';
import type { ParsedYaml, YamlPath } from '../parse-yaml.js';

/** The message about a name that is none of `names`. */
export function unknownColumn(name: string, names: readonly string[]): string {
  const nearest = nearestName(name, names);
  return `unknown column '${name}'${nearest === undefined ? '' : `: did you mean '${nearest}'?`}`;
}

/** The column of a schema. @throws RuleError with what was probably meant. */
export function findColumn(
  schema: SchemaDescription,
  yaml: ParsedYaml<unknown>,
  path: YamlPath,
  name: string,
): ColumnDescription {
  const column = schema.columns.find((candidate) => candidate.name === name);
  if (column) return column;
  const names = schema.columns.map((known) => known.name).filter((known) => known !== ORDINAL);
  throw yaml.error(path, unknownColumn(name, names));
}
