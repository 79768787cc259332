import { ArchiveError } from './archive-error.js';

/** A chunk's request, which is kept in its manifest as it is; only what the archive reads is named. */
export interface KeptRequest {
  /** Such as `GLBX.MDP3`. */
  readonly dataset: string;
  /** Such as `ohlcv-1d`. */
  readonly schema: string;
  /** `[start, end)` in nanoseconds since 1970, UTC, in decimal digits. */
  readonly start: string;
  readonly end: string;
}

/** Which chunk, and what it was requested as. */
export interface ChunkKey {
  /** 20 hexadecimal digits, lower case. */
  readonly chunkId: string;
  readonly request: KeptRequest;
}

export const CHUNK_ID = /^[0-9a-f]{20}$/;
const DATASET = /^[A-Za-z0-9]+(?:[._-][A-Za-z0-9]+)*$/;
const SCHEMA = /^[a-z0-9]+(?:-[a-z0-9]+)*$/;
const NANOSECONDS = /^\d{1,20}$/;

/**
 * Where a chunk is in the store: `<dataset>/<schema>/<year of its start>/<chunk id>`. Made of checked
 * names only, so that it cannot lead elsewhere.
 * @throws ArchiveError (`invalid`)
 */
export function chunkPlace({ chunkId, request }: ChunkKey): string {
  const { dataset, schema, start, end } = request;
  requireForm('chunk id', chunkId, CHUNK_ID, '20 hexadecimal digits');
  requireForm('dataset', dataset, DATASET, 'letters, digits, and single . _ - between them');
  requireForm('schema', schema, SCHEMA, 'small letters, digits, and single - between them');
  requireForm('start', start, NANOSECONDS, 'nanoseconds since 1970 in digits');
  requireForm('end', end, NANOSECONDS, 'nanoseconds since 1970 in digits');
  const year = Temporal.Instant.fromEpochNanoseconds(BigInt(start)).toZonedDateTimeISO('UTC').year;
  return `${dataset}/${schema}/${year}/${chunkId}`;
}

function requireForm(what: string, value: unknown, form: RegExp, wanted: string): void {
  if (typeof value === 'string' && form.test(value)) return;
  throw new ArchiveError(`${what} ${JSON.stringify(value)} must be ${wanted}`, {
    code: 'invalid',
    where: null,
  });
}

/** `<dataset>/<schema>/<year>/<chunk id>/<file>` */
const NAME =
  /^(?<place>(?<dataset>[^/]+)\/(?<schema>[^/]+)\/\d{4}\/(?<chunkId>[0-9a-f]{20}))\/(?<file>[^/]+)$/;

/** Takes the name of a stored file apart; undefined if it is not one of a chunk's. */
export function parseStoredName(
  name: string,
): { place: string; chunkId: string; file: string } | undefined {
  const groups = NAME.exec(name)?.groups;
  const { place, dataset = '', schema = '', chunkId, file } = groups ?? {};
  if (place === undefined || chunkId === undefined || file === undefined) return undefined;
  return DATASET.test(dataset) && SCHEMA.test(schema) ? { place, chunkId, file } : undefined;
}
