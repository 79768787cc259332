/** Every schema that tapeline knows, described once. Adding a schema is adding a description here. */
import { definitionColumns, retiredDefinitionFields } from './definition-columns.js';
import {
  barColumns,
  bboColumns,
  cbboColumns,
  cmbpColumns,
  mboColumns,
  mbpColumns,
  tradeColumns,
} from './market-columns.js';
import { imbalanceColumns, statisticsColumns, statusColumns } from './reference-columns.js';
import { ordinalColumn } from './schema-description.js';
import type {
  ColumnDescription,
  DbnVersion,
  PartitionSpan,
  RetiredField,
  SchemaDescription,
  SchemaName,
} from './schema-description.js';

interface Draft {
  /** Number of the schema in DBN metadata. */
  readonly code: number;
  readonly rtype: number;
  /** Bytes of a record in all versions, or in versions 1, 2 and 3. */
  readonly bytes: number | readonly [number, number, number];
  readonly columns: readonly ColumnDescription[];
  readonly retired?: readonly RetiredField[];
  readonly partition?: PartitionSpan;
  readonly meaning: string;
}

const DRAFTS: Readonly<Record<SchemaName, Draft>> = {
  mbo: {
    code: 0,
    rtype: 0xa0,
    bytes: 56,
    columns: mboColumns,
    meaning: 'every order event: the full book, order by order',
  },
  'mbp-1': {
    code: 1,
    rtype: 0x01,
    bytes: 80,
    columns: mbpColumns(1),
    meaning: 'every change of the best bid or ask, and every trade',
  },
  'mbp-10': {
    code: 2,
    rtype: 0x0a,
    bytes: 368,
    columns: mbpColumns(10),
    meaning: 'every change of the ten best prices of either side, and every trade',
  },
  tbbo: {
    code: 3,
    rtype: 0x01,
    bytes: 80,
    columns: mbpColumns(1),
    meaning: 'every trade with the best bid and ask immediately before it',
  },
  trades: { code: 4, rtype: 0x00, bytes: 48, columns: tradeColumns, meaning: 'every trade' },
  'bbo-1s': {
    code: 18,
    rtype: 0xc3,
    bytes: 80,
    columns: bboColumns,
    meaning: 'best bid and ask and last trade at the end of each second',
  },
  'bbo-1m': {
    code: 19,
    rtype: 0xc4,
    bytes: 80,
    columns: bboColumns,
    meaning: 'best bid and ask and last trade at the end of each minute',
  },
  'cmbp-1': {
    code: 14,
    rtype: 0xb1,
    bytes: 80,
    columns: cmbpColumns,
    meaning: 'every change of the best bid or ask over all venues, and every trade',
  },
  'cbbo-1s': {
    code: 15,
    rtype: 0xc0,
    bytes: 80,
    columns: cbboColumns,
    meaning: 'best bid and ask over all venues and last trade at the end of each second',
  },
  'cbbo-1m': {
    code: 16,
    rtype: 0xc1,
    bytes: 80,
    columns: cbboColumns,
    meaning: 'best bid and ask over all venues and last trade at the end of each minute',
  },
  tcbbo: {
    code: 17,
    rtype: 0xc2,
    bytes: 80,
    columns: cmbpColumns,
    meaning: 'every trade with the best bid and ask over all venues immediately before it',
  },
  'ohlcv-1s': bars(5, 0x20, 'day', 'one second'),
  'ohlcv-1m': bars(6, 0x21, 'month', 'one minute'),
  'ohlcv-1h': bars(7, 0x22, 'year', 'one hour'),
  'ohlcv-1d': bars(8, 0x23, 'year', 'one UTC day'),
  'ohlcv-eod': bars(13, 0x24, 'year', 'one trading session'),
  definition: {
    code: 9,
    rtype: 0x13,
    bytes: [360, 400, 520],
    columns: definitionColumns,
    retired: retiredDefinitionFields,
    partition: 'month',
    meaning: 'instruments as of a day; one record for each leg of a spread',
  },
  statistics: {
    code: 10,
    rtype: 0x18,
    bytes: [64, 64, 80],
    columns: statisticsColumns,
    partition: 'month',
    meaning: 'official figures of the venue: settlement, open interest, volume, …',
  },
  status: {
    code: 11,
    rtype: 0x12,
    bytes: 40,
    columns: statusColumns,
    partition: 'month',
    meaning: 'changes of the trading status: open, halt, close, …',
  },
  imbalance: {
    code: 12,
    rtype: 0x14,
    bytes: 112,
    columns: imbalanceColumns,
    meaning: 'imbalances and indicative prices before and during auctions',
  },
};

function bars(code: number, rtype: number, partition: PartitionSpan, length: string): Draft {
  const meaning = `bars of ${length}, stamped at their start; no record for a bar without trades`;
  return { code, rtype, bytes: 56, columns: barColumns, partition, meaning };
}

/** Record sizes by version, from one size or one for each. */
export const sizesOf = (
  bytes: number | readonly [number, number, number],
): Record<DbnVersion, number> => {
  const [v1, v2, v3] = typeof bytes === 'number' ? [bytes, bytes, bytes] : bytes;
  return { 1: v1, 2: v2, 3: v3 };
};

const describe = (name: SchemaName, draft: Draft): SchemaDescription => ({
  name,
  table: name.replaceAll('-', '_'),
  code: draft.code,
  rtype: draft.rtype,
  recordSize: sizesOf(draft.bytes),
  indexColumn: draft.columns.some((column) => column.name === 'ts_recv') ? 'ts_recv' : 'ts_event',
  partition: draft.partition ?? 'day',
  meaning: draft.meaning,
  columns: [...draft.columns, ordinalColumn],
  retired: draft.retired ?? [],
  version: null,
});

/** Names of all schemas, in the order in which documents list them. */
export const SCHEMA_NAMES = Object.keys(DRAFTS) as readonly SchemaName[];

/** All schemas, by Databento's name. */
export const SCHEMAS = Object.fromEntries(
  SCHEMA_NAMES.map((name) => [name, describe(name, DRAFTS[name])]),
) as Readonly<Record<SchemaName, SchemaDescription>>;

/** Whether `name` is a schema that tapeline knows. */
export function isSchemaName(name: string): name is SchemaName {
  return Object.hasOwn(SCHEMAS, name);
}

/** The schema whose number stands in DBN metadata, or undefined if tapeline does not know it. */
export function schemaByCode(code: number): SchemaDescription | undefined {
  return Object.values(SCHEMAS).find((schema) => schema.code === code);
}
