/** The relational tables as MikroORM entities. Market tables are described by libs/records instead. */
import { defineEntity, p } from '@mikro-orm/core';

const big = () => p.bigint('string');
const time = () => p.datetime().columnType('timestamptz');

const DatasetEntity = defineEntity({
  name: 'Dataset',
  tableName: 'dataset',
  properties: { id: p.smallint().primary().autoincrement(), code: p.text().unique() },
});

const JobEntity = defineEntity({
  name: 'Job',
  tableName: 'job',
  properties: {
    job_id: p.text().primary(),
    command: p.json().nullable(),
    dataset: p.text().nullable(),
    schema: p.text().nullable(),
    state: p.text(),
    reason: p.text().nullable(),
    message: p.text().nullable(),
    not_found: p.json().nullable(),
    partial: p.json().nullable(),
    quote: p.json().nullable(),
    approved_usd: p.decimal('string').columnType('numeric(14,6)').nullable(),
    accepted_at: time().nullable(),
    planned_at: time().nullable(),
    ended_at: time().nullable(),
  },
});

const ChunkEntity = defineEntity({
  name: 'Chunk',
  tableName: 'chunk',
  properties: {
    chunk_id: p.text().primary(),
    dataset: p.text(),
    schema: p.text(),
    request: p.json(),
    start_ns: big(),
    end_ns: big(),
    state: p.text(),
    expected: big().nullable(),
    fetched: big().nullable(),
    skipped: big().default(0),
    batches: p.integer().nullable(),
    bytes: big().nullable(),
    /** Rows that it took the place of, if its request says that it replaces. */
    replaced: big().nullable(),
    /** Whether another chunk has replaced any of it. */
    given_up: p.boolean().default(false),
    /** Whether a person has accepted that more of it is refused than its rules allow. */
    refusals_accepted: p.boolean().default(false),
    planned_at: time().nullable(),
    fetched_at: time().nullable(),
    completed_at: time().nullable(),
  },
});

const JobChunkEntity = defineEntity({
  name: 'JobChunk',
  tableName: 'job_chunk',
  indexes: [{ name: 'job_chunk_by_chunk', properties: ['chunk_id'] }],
  properties: {
    job_id: p.text().primary(),
    chunk_id: p.text().primary(),
    shared: p.boolean(),
  },
});

const CoverageEntity = defineEntity({
  name: 'Coverage',
  tableName: 'coverage',
  indexes: [{ name: 'coverage_by_chunk', properties: ['chunk_id'] }],
  properties: {
    dataset: p.text().primary(),
    schema: p.text().primary(),
    instrument_id: big().primary(),
    start_ns: big().primary(),
    chunk_id: p.text().primary(),
    end_ns: big(),
    end_ties: big().default(0),
  },
});

const SymbologyEntity = defineEntity({
  name: 'Symbology',
  tableName: 'symbology',
  indexes: [{ name: 'symbology_by_instrument', properties: ['dataset', 'instrument_id'] }],
  properties: {
    dataset: p.text().primary(),
    stype_in: p.text().primary(),
    symbol: p.text().primary(),
    instrument_id: big().primary(),
    d0: p.date().primary(),
    d1: p.date(),
  },
});

const LedgerEntity = defineEntity({
  name: 'Ledger',
  tableName: 'ledger',
  indexes: [{ name: 'ledger_by_chunk', properties: ['chunk_id'] }],
  properties: {
    batch_id: p.text().primary(),
    part: p.text().primary(),
    chunk_id: p.text(),
    job_id: p.text(),
    dataset: p.text(),
    schema: p.text(),
    fetched: p.integer(),
    stored: p.integer(),
    quarantined: p.integer(),
    filtered: p.integer(),
    sha256: p.text(),
    rules_version: p.text(),
    first_ns: p.decimal().columnType('numeric(20,0)').nullable(),
    last_ns: p.decimal().columnType('numeric(20,0)').nullable(),
    trace_id: p.text().nullable(),
    written_at: time().defaultRaw('now()'),
  },
});

const QuarantineEntity = defineEntity({
  name: 'Quarantine',
  tableName: 'quarantine',
  indexes: [
    { name: 'quarantine_by_schema', properties: ['dataset', 'schema', 'instrument_id'] },
    { name: 'quarantine_by_batch', properties: ['chunk_id', 'batch_id'] },
    { name: 'quarantine_by_time', properties: ['state', 'quarantined_at'] },
  ],
  uniques: [{ name: 'quarantine_record', properties: ['chunk_id', 'ordinal'] }],
  properties: {
    id: p.bigint('string').primary().autoincrement(),
    dataset: p.text(),
    schema: p.text(),
    chunk_id: p.text(),
    batch_id: p.text(),
    job_id: p.text(),
    ordinal: big(),
    instrument_id: big(),
    ts_ns: p.decimal().columnType('numeric(20,0)').nullable(),
    rule: p.text(),
    reason: p.text(),
    record: p.json(),
    rules_version: p.text(),
    /** open, replayed, filtered, discarded or superseded. */
    state: p.text().default('open'),
    quarantined_at: time().defaultRaw('now()'),
    severity: p.text().default('error'),
    /** The replay that stored it, or that tried it last. */
    replay_id: p.text().nullable(),
    resolved_at: time().nullable(),
  },
});

const RuleOutcomeEntity = defineEntity({
  name: 'RuleOutcome',
  tableName: 'rule_outcome',
  indexes: [{ name: 'rule_outcome_by_chunk', properties: ['chunk_id'] }],
  properties: {
    batch_id: p.text().primary(),
    /** transform or validate. */
    stage: p.text().primary(),
    rule: p.text().primary(),
    /** filtered, error, warn or info. */
    severity: p.text(),
    chunk_id: p.text(),
    job_id: p.text(),
    dataset: p.text(),
    schema: p.text(),
    records: p.integer(),
    /** Positions in the chunk of the records that the rule concerns. */
    ordinals: p.string().columnType('int8multirange'),
    /** A few reasons with their values. */
    examples: p.json(),
    rules_version: p.text(),
    found_at: time().defaultRaw('now()'),
  },
});

/** What a check of a whole chunk found. */
const FindingEntity = defineEntity({
  name: 'Finding',
  tableName: 'finding',
  properties: {
    chunk_id: p.text().primary(),
    check: p.text().primary(),
    instrument_id: big().primary(),
    start_ns: big().primary(),
    end_ns: big(),
    severity: p.text(),
    message: p.text(),
    details: p.json(),
    rules_version: p.text(),
    found_at: time().defaultRaw('now()'),
  },
});

const ReplayEntity = defineEntity({
  name: 'Replay',
  tableName: 'replay',
  properties: {
    replay_id: p.text().primary(),
    command: p.json(),
    /** running, completed or failed. */
    state: p.text(),
    message: p.text().nullable(),
    selected: big().default(0),
    stored: big().default(0),
    quarantined: big().default(0),
    filtered: big().default(0),
    details: p.json().defaultRaw("'{}'"),
    accepted_at: time().defaultRaw('now()'),
    ended_at: time().nullable(),
  },
});

/** The kinds of figures in the table statistics. */
const StatTypeEntity = defineEntity({
  name: 'StatType',
  tableName: 'stat_type',
  properties: {
    id: p.integer().primary().autoincrement(false),
    name: p.text(),
    /** Whether the figure is its price, its quantity or both. */
    value: p.text(),
  },
});

const SpendEntity = defineEntity({
  name: 'Spend',
  tableName: 'spend',
  indexes: [{ name: 'spend_by_job', properties: ['job_id'] }],
  properties: {
    chunk_id: p.text().primary(),
    part: p.integer().primary(),
    job_id: p.text(),
    dataset: p.text(),
    schema: p.text(),
    at: time(),
    records: big(),
    bytes: big(),
    repeated: big(),
    is_cut: p.boolean(),
    usd: p.decimal('string').columnType('numeric(14,6)'),
  },
});

const DatasetDayEntity = defineEntity({
  name: 'DatasetDay',
  tableName: 'dataset_day',
  properties: {
    dataset: p.text().primary(),
    date: p.date().primary(),
    condition: p.text(),
    last_modified: p.date().nullable(),
    seen_at: time().defaultRaw('now()'),
  },
});

const BatchSubmissionEntity = defineEntity({
  name: 'BatchSubmission',
  tableName: 'batch_submission',
  properties: {
    key: p.text().primary(),
    mark: p.json(),
    batch_job_id: p.text().nullable(),
    submitted_at: time().defaultRaw('now()'),
  },
});

/** Keys of the gateway; what is null is not limited, or as the gateway's settings say. */
const ApiKeyEntity = defineEntity({
  name: 'ApiKey',
  tableName: 'api_key',
  properties: {
    /** The part of the key that is no secret. */
    key_id: p.text().primary(),
    /** SHA-256 of the whole key. */
    digest: p.blob(),
    name: p.text(),
    /** reader or operator. */
    role: p.text(),
    created_at: time().defaultRaw('now()'),
    expires_at: time().nullable(),
    revoked_at: time().nullable(),
    requests_per_minute: p.integer().nullable(),
    concurrent_requests: p.integer().nullable(),
    rows_per_day: big().nullable(),
    bytes_per_day: big().nullable(),
    max_rows: big().nullable(),
    max_bytes: big().nullable(),
    max_seconds: p.integer().nullable(),
  },
});

export const ENTITIES = [
  DatasetEntity,
  JobEntity,
  ChunkEntity,
  JobChunkEntity,
  CoverageEntity,
  SymbologyEntity,
  LedgerEntity,
  QuarantineEntity,
  RuleOutcomeEntity,
  FindingEntity,
  ReplayEntity,
  StatTypeEntity,
  SpendEntity,
  DatasetDayEntity,
  BatchSubmissionEntity,
  ApiKeyEntity,
];
