import type { DatabaseStats } from '@tapeline/storage';
import { formatBytes, formatCount } from '../dbn/show-progress.js';
import { formatTable } from '../print-table.js';

/** The statistics for people. @param all with the schemas of which nothing is stored. */
export function formatStats(stats: DatabaseStats, all: boolean): string {
  const { database, schemas, exact, quarantine, ledger, walBytes } = stats;
  const shown = schemas.filter(({ rows, chunks }) => all || rows > 0 || chunks.total > 0);
  const engine = database.timescaledb === null ? '' : `, TimescaleDB ${database.timescaledb}`;
  const lines = [
    `${database.name}: PostgreSQL ${database.serverVersion}${engine}, ${formatBytes(database.bytes)}, ` +
      `write-ahead log ${walBytes === null ? 'not for this user to see' : formatBytes(walBytes)}`,
  ];
  if (shown.length > 0) lines.push(schemaTable(shown, exact));
  else lines.push("nothing is stored; 'tapeline ingest' fetches something");
  const refused = Object.entries(quarantine)
    .map(([state, count]) => `${formatCount(count)} ${state}`)
    .join(', ');
  lines.push(
    `ledger: ${formatCount(ledger.batches)} batches, ${formatCount(ledger.stored)} records stored; quarantine: ${refused || 'empty'}`,
  );
  if (!exact && shown.length > 0) {
    lines.push('rows are estimates, and those of datasets as the ledger has them; --exact counts');
  }
  return lines.join('\n');
}

function schemaTable(schemas: DatabaseStats['schemas'], exact: boolean): string {
  return formatTable(
    [
      'schema',
      exact ? 'rows' : 'rows (estimated)',
      'datasets',
      'table',
      'indexes',
      'total',
      'chunks',
      'compressed',
      'ratio',
      'dead rows',
      'first',
      'last',
    ],
    schemas.map(({ schema, rows, datasets, bytes, chunks, deadRows, first, last }) => [
      schema,
      rows,
      datasets.map(({ dataset, rows }) => `${dataset} ${formatCount(rows)}`).join('\n'),
      formatBytes(bytes.table),
      formatBytes(bytes.indexes),
      formatBytes(bytes.total),
      chunks.total,
      chunks.compressed,
      chunks.ratio === null ? '' : `${chunks.ratio.toFixed(1)}×`,
      deadRows,
      first?.slice(0, 16) ?? '',
      last?.slice(0, 16) ?? '',
    ]),
  );
}
