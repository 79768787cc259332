import { ArchiveError } from '@tapeline/archive';
import type { Archive, Manifest } from '@tapeline/archive';
import { chunkRequestSchema } from '@tapeline/contracts';
import { DbnError, DbnStream } from '@tapeline/dbn';
import { metadataSymbology } from '@tapeline/storage';
import type { ArchivedFacts } from '@tapeline/storage';

/**
 * What the archive says of its chunks: of each the manifest, and of its bytes the metadata at their beginning.
 * @param onDamage told of chunks whose bytes cannot be read; their symbols are left out.
 */
export async function* readArchive(
  archive: Archive,
  onDamage: (message: string) => void,
): AsyncGenerator<ArchivedFacts> {
  for await (const manifest of archive.list()) {
    const { data: request } = chunkRequestSchema.safeParse(manifest.request);
    if (!request) continue;
    let symbology: ArchivedFacts['symbology'] = [];
    try {
      symbology = await symbologyOf(archive, manifest);
    } catch (error) {
      if (!(error instanceof ArchiveError) && !(error instanceof DbnError)) throw error;
      onDamage(`chunk ${manifest.chunkId}: ${error.message}`);
    }
    const { chunkId, records, completedAt } = manifest;
    yield { chunkId, request, symbology, records, completedAt };
  }
}

async function symbologyOf(
  archive: Archive,
  manifest: Manifest,
): Promise<ArchivedFacts['symbology']> {
  const [part] = archive.open(manifest).parts;
  if (!part) return [];
  const stream = await DbnStream.open(part.read());
  try {
    return metadataSymbology(stream.metadata);
  } finally {
    await stream.close();
  }
}
