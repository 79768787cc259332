/** A table that is rebuilt, and how its rows are told apart. */
export interface ProjectionTable {
  readonly name: string;
  /** What `only` calls it. */
  readonly part: RebuiltPart;
  readonly keys: readonly string[];
  /** The rows of a relation as keys and `body`, which is compared. */
  readonly rowsOf: (relation: string) => string;
}

/** What can be rebuilt by itself. */
export const REBUILT_PARTS = ['jobs', 'chunks', 'coverage', 'symbology', 'spend', 'days'] as const;
export type RebuiltPart = (typeof REBUILT_PARTS)[number];

const table = (
  name: string,
  part: RebuiltPart,
  keys: readonly string[],
  leftOut: readonly string[] = [],
): ProjectionTable => ({
  name,
  part,
  keys,
  rowsOf: (relation) =>
    `SELECT ${keys.join(', ')}, to_jsonb(t)${leftOut.map((column) => ` - '${column}'`).join('')} AS body FROM ${relation} t`,
});

const SYMBOL = ['dataset', 'stype_in', 'symbol', 'instrument_id'];

export const PROJECTION_TABLES: readonly ProjectionTable[] = [
  table('job', 'jobs', ['job_id']),
  table('job_chunk', 'jobs', ['job_id', 'chunk_id']),
  table('chunk', 'chunks', ['chunk_id']),
  table('coverage', 'coverage', ['dataset', 'schema', 'instrument_id', 'start_ns', 'chunk_id']),
  {
    // How days are cut into rows depends on the order in which they became known; the days do not.
    name: 'symbology',
    part: 'symbology',
    keys: SYMBOL,
    rowsOf: (relation) =>
      `SELECT ${SYMBOL.join(', ')}, jsonb_build_object('days', range_agg(CASE WHEN d0 < d1 THEN daterange(d0, d1) END)::text) AS body
         FROM ${relation} GROUP BY ${SYMBOL.join(', ')}`,
  },
  table('spend', 'spend', ['chunk_id', 'part']),
  // When a day was last asked for is known to the database's clock alone.
  table('dataset_day', 'days', ['dataset', 'date'], ['seen_at']),
];
