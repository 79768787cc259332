import { z } from 'zod';
import { ArchiveError } from './archive-error.js';
import { CHUNK_ID, chunkPlace } from './chunk-key.js';
import type { KeptRequest } from './chunk-key.js';

export const MANIFEST_FILE = 'manifest.json';

const count = z.int().nonnegative();
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

const partSchema = z
  .strictObject({
    /** `<number>.<first 16 digits of its sha256>.dbn.zst`, or `.dbn` if it came uncompressed. */
    file: z.string().regex(/^\d+\.[0-9a-f]{16}\.dbn(?:\.zst)?$/),
    /** As stored. */
    bytes: count,
    /** Hexadecimal, of the bytes as stored. */
    sha256,
    /** Records at its start that an earlier part has. */
    skip: count,
    /** Records that are its own. */
    records: count,
  })
  .refine(({ file, sha256 }) => file.split('.')[1] === sha256.slice(0, 16), {
    error: 'a file is not named for its sha256',
  });

function isRequest(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const fields = value as Readonly<Record<string, unknown>>;
  return ['dataset', 'schema', 'start', 'end'].every((name) => typeof fields[name] === 'string');
}

const manifestSchema = z.strictObject({
  version: z.literal(1),
  chunkId: z.string().regex(CHUNK_ID),
  dataset: z.string(),
  schema: z.string(),
  /** `[start, end)` in nanoseconds since 1970, UTC. */
  start: z.string().regex(/^\d{1,20}$/),
  end: z.string().regex(/^\d{1,20}$/),
  /** The chunk's request, as it was given. */
  // Taken as it is: the chunk's id is a digest of it, so that the order of its keys matters.
  request: z.custom<KeptRequest>(isRequest, { error: 'is no request' }),
  /** The responses, in the order in which they came. */
  parts: z.array(partSchema),
  /** Of all parts. */
  records: count,
  completedAt: z.iso.datetime(),
});

/** One response of a chunk, as received. */
export type PartRecord = Readonly<z.infer<typeof partSchema>>;
/** What the archive holds of a chunk. A chunk is in the archive exactly when its manifest is. */
export type Manifest = Readonly<z.infer<typeof manifestSchema>> & {
  readonly parts: readonly PartRecord[];
};

/**
 * Reads the manifest that was found at a place (`chunkPlace`).
 * @throws ArchiveError (`damaged`) if the text is no manifest, or not the one of this place.
 */
export function parseManifest(text: string, place: string, where: string): Manifest {
  const damaged = (reason: string, cause?: unknown): ArchiveError =>
    new ArchiveError(
      `${where} is damaged (${reason}): restore it, or remove it to have the chunk fetched again`,
      { code: 'damaged', where, cause },
    );
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw damaged('no JSON', error);
  }
  const result = manifestSchema.safeParse(json);
  if (!result.success) {
    const [issue] = result.error.issues;
    throw damaged(`${issue?.path.join('.')}: ${issue?.message}`);
  }
  const manifest = result.data;
  if (placeOf(manifest) !== place) throw damaged(`it is of another chunk: ${manifest.chunkId}`);
  return manifest;
}

/** Undefined where its names cannot be those of a chunk. */
function placeOf(manifest: Manifest): string | undefined {
  try {
    return chunkPlace({ chunkId: manifest.chunkId, request: manifest });
  } catch {
    return undefined;
  }
}
