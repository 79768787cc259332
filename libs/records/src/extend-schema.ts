/** Columns that rules add to a schema: they travel, and are stored, beside its own. */
import { UNSET } from './field-columns.js';
import { column, ORDINAL } from './schema-description.js';
import type {
  ColumnDescription,
  ColumnType,
  DerivedKind,
  SchemaDescription,
} from './schema-description.js';
import { nanosecondsName } from './table.js';

/** How values of a kind are held. Text is `''` where it is unset, all else has a null. */
const HELD_AS: Readonly<Record<DerivedKind, readonly [ColumnType, nullValue?: bigint]>> = {
  price: ['price'],
  decimal: ['price'],
  timestamp: ['timestamp'],
  duration: ['i64', UNSET.i64],
  date: ['i32', UNSET.i32],
  int: ['i64', UNSET.i64],
  bool: ['u8', UNSET.u8],
  char: ['char'],
  string: ['string'],
  session: ['u8', UNSET.u8],
};

/** Whether `text` names what values of a derived column may be. */
export const isDerivedKind = (text: string): text is DerivedKind => Object.hasOwn(HELD_AS, text);

/** A column that rules add. @param width bytes of a value, of texts only. */
export function derivedColumn(
  name: string,
  kind: DerivedKind,
  meaning: string,
  width = 1,
): ColumnDescription {
  const [type, nullValue] = HELD_AS[kind];
  const options = { ...(nullValue !== undefined && { nullValue }), widths: width };
  const described = column(name, type, [null, null, null], meaning, options);
  return { ...described, derived: kind };
}

const NAME = /^[a-z][a-z0-9_]{0,62}$/;
/** Names that stand beside a batch's columns: in its table, or among the reasons of refused records. */
const TAKEN = new Set(['dataset_id', 'rule', 'reason', 'severity', 'symbol']);

/** Why a schema cannot have a further column of that name; undefined if it can. */
export function whyNoColumn(schema: SchemaDescription, name: string): string | undefined {
  if (!NAME.test(name)) {
    return `'${name}' is no name of a column: lower-case letters, digits and _, at most 63, a letter first`;
  }
  const taken = schema.columns.some(
    ({ name: known, type }) =>
      known === name || (type === 'timestamp' && nanosecondsName(known) === name),
  );
  return taken || TAKEN.has(name) ? `${schema.name} has a column ${name} already` : undefined;
}

const extensions = new WeakMap<SchemaDescription, Map<string, SchemaDescription>>();

/**
 * The schema with further columns before its last, `ordinal`. Its name stays; equal extensions are the same object.
 * @throws RangeError if a name is taken.
 */
export function extendSchema(
  base: SchemaDescription,
  columns: readonly ColumnDescription[],
): SchemaDescription {
  if (columns.length === 0) return base;
  const known = extensions.get(base) ?? new Map<string, SchemaDescription>();
  extensions.set(base, known);
  const key = JSON.stringify(
    columns.map(({ name, derived, width, meaning }) => [name, derived, width, meaning]),
  );
  const made = known.get(key) ?? extend(base, columns);
  known.set(key, made);
  return made;
}

function extend(base: SchemaDescription, columns: readonly ColumnDescription[]): SchemaDescription {
  let extended = base;
  for (const added of columns) {
    const names =
      added.type === 'timestamp' ? [added.name, nanosecondsName(added.name)] : [added.name];
    for (const name of names) {
      const trouble = whyNoColumn(extended, name);
      if (trouble !== undefined) throw new RangeError(trouble);
    }
    const own = extended.columns.filter(({ name }) => name !== ORDINAL);
    extended = { ...base, columns: [...own, added, base.columns.at(-1)!] };
  }
  return extended;
}
