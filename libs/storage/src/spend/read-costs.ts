import type { Storage } from '../storage.js';

/** What was received, and paid for, of a schema in a UTC month. */
export interface CostView {
  /** `YYYY-MM` */
  readonly month: string;
  readonly dataset: string;
  readonly schema: string;
  readonly responses: number;
  /** Responses that ended early. */
  readonly cut: number;
  readonly records: number;
  /** Records that came a second time, after a cut. */
  readonly repeated: number;
  /** Bytes of records, uncompressed: what is billed. */
  readonly bytes: number;
  readonly usd: number;
}

/** The ledger of spending by month, dataset and schema; the latest month first. */
export async function readCosts(storage: Pick<Storage, 'pool'>): Promise<CostView[]> {
  const { rows } = await storage.pool.query<Record<keyof CostView, string>>(
    `SELECT to_char(at AT TIME ZONE 'UTC', 'YYYY-MM') AS month, dataset, schema, count(*) AS responses,
            count(*) FILTER (WHERE is_cut) AS cut, sum(records) AS records, sum(repeated) AS repeated,
            sum(bytes) AS bytes, sum(usd) AS usd
       FROM spend GROUP BY 1, 2, 3 ORDER BY 1 DESC, 2, 3`,
  );
  return rows.map((row) => ({
    month: row.month,
    dataset: row.dataset,
    schema: row.schema,
    responses: Number(row.responses),
    cut: Number(row.cut),
    records: Number(row.records),
    repeated: Number(row.repeated),
    bytes: Number(row.bytes),
    usd: Number(row.usd),
  }));
}
