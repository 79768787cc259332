import { EXACT_HIGH, partitionDates, wholeMicroseconds, words } from '@tapeline/records';
import type { ColumnarBatch, PartitionSpan, SchemaDescription } from '@tapeline/records';
import type { Pool } from 'pg';

/** Where rows go: into chunks that TimescaleDB makes, or into partitions made here. */
export interface Partitioning {
  readonly kind: 'timescaledb' | 'native';
  /** Makes sure that there is a place for every row of a batch. */
  ensure(batch: ColumnarBatch): Promise<void>;
  /** Makes sure of places for whole UTC days, since epoch. @returns the names of the partitions made for that. */
  ensureDays(schema: SchemaDescription, days: Iterable<number>): Promise<string[]>;
  /** Looks again the next time, since a partition that was there is gone. */
  forget(): void;
}

/** Looks at what the migrations made: hypertables, or native range partitions. */
export async function openPartitioning(pool: Pool): Promise<Partitioning> {
  const { rows } = await pool.query<{ native: boolean }>(
    "SELECT relkind = 'p' AS native FROM pg_class WHERE oid = 'trades'::regclass",
  );
  return rows[0]!.native
    ? new NativePartitioning(pool)
    : {
        kind: 'timescaledb',
        ensure: () => Promise.resolve(),
        ensureDays: () => Promise.resolve([]),
        forget: () => undefined,
      };
}

class NativePartitioning implements Partitioning {
  readonly kind = 'native';
  private readonly known = new Set<string>();

  constructor(private readonly pool: Pool) {}

  async ensure(batch: ColumnarBatch): Promise<void> {
    await this.ensureDays(batch.schema, daysOf(batch));
  }

  async ensureDays(schema: SchemaDescription, days: Iterable<number>): Promise<string[]> {
    const made: string[] = [];
    for (const day of days) {
      const { name, from, to } = partitionOf(schema, day);
      if (this.known.has(name)) continue;
      if (await this.create(schema, name, from, to)) made.push(name);
      this.known.add(name);
    }
    return made;
  }

  forget(): void {
    this.known.clear();
  }

  /** Attaching an empty table blocks no reader or writer of the others; creating it in place would. */
  private async create(
    schema: SchemaDescription,
    name: string,
    from: string,
    to: string,
  ): Promise<boolean> {
    // Not by to_regclass, whose answer 'no' a session would remember while another makes the partition.
    const isThere = `EXISTS (SELECT FROM pg_class
      WHERE relname = '${name}' AND relnamespace = 'public'::regnamespace)`;
    const { rows } = await this.pool.query<{ found: boolean }>(`SELECT ${isThere} AS found`);
    if (rows[0]!.found) return false;
    // Names and dates come from descriptions and numbers, never from a user.
    await this.pool.query(`
      DO $$ BEGIN
        PERFORM pg_advisory_xact_lock(hashtextextended('partition ${schema.table}', 0));
        IF NOT ${isThere} THEN
          CREATE TABLE ${name} (LIKE ${schema.table});
          ALTER TABLE ${schema.table} ATTACH PARTITION ${name} FOR VALUES FROM ('${from}Z') TO ('${to}Z');
        END IF;
      END $$`);
    return true;
  }
}

const DAY_US = 86_400_000_000;
const DAY_NS = 86_400_000_000_000n;

/** The UTC day, since epoch, of a time. @param pairs the same times as 32-bit words. */
export function dayAt(times: BigUint64Array, pairs: Uint32Array, row: number): number {
  const high = pairs[2 * row + 1]!;
  return high < EXACT_HIGH
    ? Math.floor(wholeMicroseconds(pairs[2 * row]!, high) / DAY_US)
    : Number(times[row]! / DAY_NS);
}

/** The UTC days, since epoch, of a batch's index timestamps. */
export function daysOf(batch: ColumnarBatch): number[] {
  const times = batch.indexTimestamps();
  const pairs = words(times);
  const days = new Set<number>();
  let last = -1;
  for (let row = 0; row < batch.length; row++) {
    const day = dayAt(times, pairs, row);
    if (day === last) continue;
    last = day;
    days.add(day);
  }
  return [...days];
}

const NAME_LENGTH: Readonly<Record<PartitionSpan, number>> = { day: 10, month: 7, year: 4 };

/** Name and bounds of the partition that holds a day. */
export function partitionOf(
  schema: SchemaDescription,
  day: number,
): { name: string; from: string; to: string } {
  const date = Temporal.PlainDate.from('1970-01-01').add({ days: day });
  const { from, to } = partitionDates(date, schema.partition);
  const suffix = from.toString().slice(0, NAME_LENGTH[schema.partition]).replaceAll('-', '');
  return { name: `${schema.table}_p${suffix}`, from: from.toString(), to: to.toString() };
}
