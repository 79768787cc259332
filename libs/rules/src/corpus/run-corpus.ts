/** Puts the corpus's records of a schema through transform and validation as the services do. For tests. */
import type { BatchHeader, RuleOutcome } from '@tapeline/contracts';
import { encodeRecords } from '@tapeline/dbn';
import { decodeArrow } from '@tapeline/records';
import type { ColumnarBatch, SchemaName } from '@tapeline/records';
import type { ColumnLookup } from '../expressions/index.js';
import type { RuleSet } from '../rule-set/index.js';
import { rawHeader } from '../testing/raw-header.js';
import { recordsOf } from '../testing/rule-files.js';
import type { Values } from '../testing/rule-files.js';
import { decodeBatch, transformBatch } from '../transform-batch.js';
import { validateBatch } from '../validate-batch.js';
import type { CorpusEntry, Expected } from './corpus-entry.js';
import { px, soundRecord } from './sound-record.js';

/** What came of a schema's records. */
export interface CorpusRun {
  /** The records that went in, decoded. */
  readonly input: ColumnarBatch;
  /** Of every record, also of those that come before an entry's. */
  readonly results: readonly (Expected | undefined)[];
  /** Position of each entry's record. */
  readonly positions: readonly number[];
  /** The headers of the messages for the accepted, and for the refused. */
  readonly headers: readonly BatchHeader[];
  readonly accepted: ColumnarBatch;
  readonly refused: readonly ColumnarBatch[];
  readonly reasons: readonly string[];
}

/** Of each instrument its own number, which tells its definition, so that no other is its record before. */
const FIRST_ID = { unknown: 1, future: 100_000, spread: 200_000, 'variable tick': 300_000 };
const UNSET_TICK_RULE = 255;

function definitionOf(id: number): Values | undefined {
  if (id < FIRST_ID.future) return undefined;
  const variable = id >= FIRST_ID['variable tick'];
  const instrument_class = variable ? 'C' : id >= FIRST_ID.spread ? 'S' : 'F';
  return {
    instrument_class,
    min_price_increment: px(25),
    tick_rule: variable ? 1 : UNSET_TICK_RULE,
  };
}

const definitions: ColumnLookup = {
  column(column, batch) {
    const ids = [...(batch.column('instrument_id') as Uint32Array)];
    const found = ids.map(definitionOf);
    const values = recordsOf(
      'definition',
      found.map((definition) => definition ?? {}),
    );
    return {
      data: values.column(column.name),
      unknown: Uint8Array.from(found, (definition) => Number(definition === undefined)),
    };
  },
};

export function runCorpus(
  schema: SchemaName,
  entries: readonly CorpusEntry[],
  ruleSet: RuleSet,
): CorpusRun {
  const sound = soundRecord(schema);
  const records: Values[] = [];
  const positions = entries.map(({ changes, instrument, before }, index) => {
    const own = { ...sound, instrument_id: FIRST_ID[instrument] + index };
    if (before) records.push({ ...own, ...before });
    return records.push({ ...own, ...changes }) - 1;
  });
  const input = recordsOf(schema, records);
  const bytes = encodeRecords(input, 3);
  const lookups = { definition: definitions };
  const raw = rawHeader(schema, records.length);
  const transformed = transformBatch(raw, decodeBatch(raw, bytes), ruleSet, lookups);
  const [stored, ...quarantined] = validateBatch(
    transformed.header,
    transformed.payload,
    ruleSet,
    lookups,
  );
  const passed = decodeArrow(stored!.payload);
  const results: (Expected | undefined)[] = Array.from({ length: records.length });
  const flags = (passed.outcomes as readonly RuleOutcome[]).flatMap((outcome) =>
    positionsOf(outcome).map((position) => ({ position, ...outcome })),
  );
  for (const { position, severity, rule } of flags) {
    if (severity === 'filtered') results[position] = `filtered ${rule}`;
  }
  for (const position of passed.batch.ordinals()) {
    const own = flags.filter((flag) => flag.position === position);
    const names = own.map(({ severity, rule }) => `${severity} ${rule}`).toSorted();
    results[position] = ['stored', ...names].join(', ');
  }
  const refused = quarantined.map(({ payload }) => decodeArrow(payload));
  for (const { batch, extra } of refused) {
    batch.ordinals().forEach((position, row) => {
      results[position] = `quarantined ${extra['rule']![row]}`;
    });
  }
  return {
    input,
    results,
    positions,
    headers: [stored!, ...quarantined].map(({ header }) => header),
    accepted: passed.batch,
    refused: refused.map(({ batch }) => batch),
    reasons: refused.flatMap(({ extra }) => extra['reason']!),
  };
}

const positionsOf = ({ ordinals }: RuleOutcome): number[] =>
  ordinals.flatMap(([start, end]) =>
    Array.from({ length: end - start }, (_, index) => start + index),
  );
