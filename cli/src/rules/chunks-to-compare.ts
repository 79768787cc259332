import type { Archive, ArchivedChunk } from '@tapeline/archive';
import { CliError } from '../cli-error.js';
import { readStackFile } from '../stack/stack-file.js';

/** The archived chunks of a job of the running stack. @throws CliError */
export async function chunksOfJob(archive: Archive, jobId: string): Promise<ArchivedChunk[]> {
  const stack = readStackFile();
  if (!stack) {
    throw new CliError(
      "nothing is running that knows jobs: 'tapeline up' starts a stack, or give --chunk",
    );
  }
  // The database's client is loaded only where it is needed.
  const { readPlan, Storage } = await import('@tapeline/storage');
  const storage = Storage.open({ url: stack.urls.postgres, connections: 1 });
  try {
    const plan = await readPlan(storage, jobId);
    if (!plan)
      throw new CliError(
        `there is no job '${jobId}' with chunks; 'tapeline status' lists the latest`,
      );
    const chunks: ArchivedChunk[] = [];
    for (const { chunkId, request, state } of plan) {
      const found = await archive.find({ chunkId: request.replays ?? chunkId, request });
      if (found) chunks.push(found);
      else if (state === 'complete')
        throw new CliError(`the archive does not have chunk ${chunkId}`);
    }
    if (chunks.length === 0) throw new CliError(`the archive has no chunk of job '${jobId}' yet`);
    return chunks;
  } finally {
    await storage.close();
  }
}

/** One archived chunk. @throws CliError if it is not there. */
export async function chunkById(archive: Archive, chunkId: string): Promise<ArchivedChunk> {
  for await (const manifest of archive.list()) {
    if (manifest.chunkId === chunkId) return archive.open(manifest);
  }
  throw new CliError(`the archive has no chunk ${chunkId}: --job compares all chunks of a job`);
}
