/** Each rule that is shipped, by a record that breaks it and one at its edge. */
import { expect, it } from '@jest/globals';
import { SCHEMA_NAMES } from '@tapeline/records';
import type { SchemaName } from '@tapeline/records';
import type { ColumnLookup } from './expressions/index.js';
import { compileRuleSet } from './rule-set/index.js';
import { recordsOf, shippedRules } from './testing/rule-files.js';
import { DOLLAR, isBar, PROOFS, SECOND } from './testing/rule-proofs.js';
import type { Proof } from './testing/rule-proofs.js';
import type { Values } from './testing/rule-files.js';

const rules = compileRuleSet(shippedRules());

const isQuoted = (name: SchemaName): boolean =>
  rules.schemas.get(name)!.schema.columns.some((column) => column.name === 'bid_px_00');

/** A record that no rule has anything to say about. */
function good(name: SchemaName): Values {
  const ts = { ts_event: 1_719_792_000n * SECOND, ts_recv: 1_719_792_000n * SECOND + 1n };
  const common = { publisher_id: 1, instrument_id: 7 };
  const quote = isQuoted(name)
    ? { bid_px_00: 99n * DOLLAR, ask_px_00: 100n * DOLLAR, bid_sz_00: 1, ask_sz_00: 1 }
    : {};
  const levels: Record<string, bigint> = {};
  if (name === 'mbp-10') {
    for (let level = 1; level < 10; level++) {
      levels[`bid_px_0${level}`] = (99n - BigInt(level)) * DOLLAR;
      levels[`ask_px_0${level}`] = (100n + BigInt(level)) * DOLLAR;
    }
  }
  const trade = { action: 'T', side: 'A', price: 100n * DOLLAR, size: 1 };
  const { action: _, ...sample } = trade;
  const bar = { open: 2n, high: 3n, low: 1n, close: 2n, volume: 1 };
  if (isBar(name)) return { ...common, ts_event: ts.ts_event, ...bar };
  if (name === 'mbo') return { ...ts, ...common, ...trade, order_id: 1 };
  if (name.includes('bbo-')) return { ...ts, ...common, ...sample, ...quote };
  if (name === 'statistics') {
    return { ...ts, ...common, stat_type: 3, update_action: 1, price: 1n, quantity: 1n };
  }
  if (name === 'definition') {
    return { ...ts, ...common, raw_symbol: 'ES', instrument_class: 'F', min_price_increment: 1n };
  }
  if (name === 'status') {
    return { ...ts, ...common, is_trading: 'Y', is_quoting: 'N', is_short_sell_restricted: '~' };
  }
  if (name === 'imbalance') return { ...ts, ...common, side: 'N' };
  return { ...ts, ...common, ...trade, ...quote, ...levels };
}

/** Rule and severity of what happens to the last of some records. */
function verdict(name: SchemaName, ...records: readonly Values[]): string[] {
  const batch = recordsOf(
    name,
    records.map((values) => ({ ...good(name), ...values })),
  );
  const { schema, transform, validate } = rules.schemas.get(name)!;
  const result = validate(transform(batch).batch, {
    lookups: { definition: { column: definitionOf } },
  });
  expect(result.accepted.length + result.refused.length).toBe(records.length);
  expect(schema.name).toBe(name);
  const last = records.length - 1;
  return result.outcomes
    .filter(({ ordinals }) => ordinals.some(([from, to]) => from <= last && last < to))
    .map(({ rule, severity }) => `${severity} ${rule}`);
}

/** Instrument 7 has no definition, 8 is a future and 9 a spread, both of a tick of 0.25; the tick of 10 varies. */
const DEFINITIONS: Readonly<Record<number, Values>> = {
  8: { instrument_class: 'F', min_price_increment: DOLLAR / 4n, tick_rule: 255 },
  9: { instrument_class: 'S', min_price_increment: DOLLAR / 4n, tick_rule: 255 },
  10: { instrument_class: 'C', min_price_increment: DOLLAR / 4n, tick_rule: 1 },
};

const definitionOf: ColumnLookup['column'] = (column, batch) => {
  const ids = [...(batch.column('instrument_id') as Uint32Array)];
  const found = ids.map((id) => DEFINITIONS[id]);
  const values = recordsOf(
    'definition',
    found.map((definition) => definition ?? {}),
  );
  return {
    data: values.column(column.name),
    unknown: Uint8Array.from(found, (definition) => (definition ? 0 : 1)),
  };
};

const shipped = SCHEMA_NAMES.flatMap((name) =>
  rules.schemas
    .get(name)!
    .rules.filter(({ stage }) => stage !== 'chunk')
    .map((rule) => ({ schema: name, rule: rule.name, severity: rule.severity })),
);

it.each(shipped)(
  '$schema: $rule ($severity) is broken, and not at its edge',
  ({ schema, rule, severity }) => {
    const proofs = (PROOFS[rule] ?? []).filter(({ only }) => only?.(schema) ?? true);
    expect(proofs).toHaveLength(1);
    const [{ breaks, edges, before }] = proofs as [Proof];
    const run = (values: Values): string[] =>
      before ? verdict(schema, before, values) : verdict(schema, values);
    expect(breaks.length * edges.length).toBeGreaterThan(0);
    for (const values of breaks) expect(run(values)).toContain(`${severity} ${rule}`);
    for (const values of edges) {
      const found = run(values);
      expect(found).not.toContain(`${severity} ${rule}`);
      expect(found.filter((each) => each.startsWith('error'))).toEqual([]);
    }
  },
);

it.each(SCHEMA_NAMES)('%s: nothing is said about a good record', (name) => {
  expect(verdict(name, {})).toEqual([]);
});

it('changes and leaves out nothing', () => {
  const { transform } = rules.schemas.get('trades')!;
  const batch = recordsOf('trades', [good('trades')]);
  expect(transform(batch)).toEqual({ batch, outcomes: [] });
});
