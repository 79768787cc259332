import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { CliError } from '../cli-error.js';

export const MANIFEST = 'backup.json';

const count = z.int().nonnegative();
const digits = z.string().regex(/^-?\d+$/);

const file = z.strictObject({
  /** Below the backup's folder, with slashes. */
  name: z.string().regex(/^(?!\/)(?!.*\.\.)[^\\]+$/),
  bytes: count,
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});

const table = z.strictObject({
  schema: z.string(),
  name: z.string(),
  columns: z.array(
    z.strictObject({
      name: z.string(),
      type: z.string(),
      notNull: z.boolean(),
      comment: z.string().nullable(),
    }),
  ),
  /** Counted in the snapshot. */
  rows: digits,
  /** See contentChecksum in libs/storage. */
  checksum: digits,
  /** With the method `copy`: where its rows are. */
  file: z.string().optional(),
  /** Of a market table: `[from, to)` in days since 1970 that its partitions or chunks span. */
  days: z.array(z.strictObject({ from: z.int(), to: z.int() })).optional(),
});

const manifest = z.strictObject({
  version: z.literal(1),
  made_at: z.iso.datetime(),
  tapeline: z.string(),
  node: z.string(),
  database: z.strictObject({
    method: z.enum(['pg_dump', 'copy']),
    /** Of pg_dump, with that method. */
    tool: z.string().nullable(),
    server: z.string(),
    server_major: count,
    timescaledb: z.string().nullable(),
    /** Migrations that were applied: the schema's version. */
    migrations: z.array(z.string()),
    tables: z.array(table),
  }),
  /** Null where no bus was reached for. */
  events: z
    .strictObject({ stream: z.string(), messages: count, first: count, last: count })
    .nullable(),
  archive: z
    .strictObject({ chunks: count, parts: count, bytes: count, copied: z.boolean() })
    .nullable(),
  configs: z.strictObject({ files: count }),
  /** Jobs that were accepted and had not ended. */
  unfinished_jobs: z.array(z.string()),
  files: z.array(file),
});

/** What a backup is: written last, so that a folder with it is a whole backup. */
export type BackupManifest = z.infer<typeof manifest>;
export type BackupTable = BackupManifest['database']['tables'][number];
export type BackupFile = BackupManifest['files'][number];

/** @throws CliError if the folder is no backup or its description is damaged. */
export function readManifest(folder: string): BackupManifest {
  const path = join(folder, MANIFEST);
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    throw new CliError(
      `${folder} is no backup: it has no ${MANIFEST}. 'tapeline backup' writes that file last, so one that was interrupted has none`,
      { cause },
    );
  }
  const result = manifest.safeParse(parseJson(text, path));
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new CliError(
    `${path} is damaged, or of another version of tapeline: ${issue?.path.join('.')}: ${issue?.message}`,
  );
}

function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new CliError(`${path} is damaged: it is no JSON`, { cause });
  }
}
