import { join } from 'node:path';
import { openArchive } from '@tapeline/archive';
import type { Archive, ArchiveOptions, Finding } from '@tapeline/archive';
import { ARCHIVE_SETTINGS, archiveOptions, loadConfig } from '@tapeline/config';
import { configsFolder, readStackFile, stackFolder } from '../stack/stack-file.js';

export interface VerifyOptions {
  readonly folder?: string;
  readonly json?: boolean;
}

/** `tapeline archive verify`: re-hashes every chunk that is kept, and names what is damaged. */
export async function verifyArchive(options: VerifyOptions): Promise<void> {
  const archive = await openArchive(archivePlace(options));
  const totals = { chunks: 0, bytes: 0, damaged: 0 };
  try {
    for await (const finding of findings(archive)) {
      totals.chunks++;
      totals.bytes += finding.bytes;
      if (finding.isOk) continue;
      totals.damaged++;
      if (!options.json) console.log(describe(finding));
    }
  } finally {
    archive.close();
  }
  console.log(
    options.json
      ? JSON.stringify(totals)
      : `${totals.chunks.toLocaleString('en-US')} chunks, ${totals.bytes.toLocaleString('en-US')} bytes: ` +
          (totals.damaged === 0 ? 'all as they were received' : `${totals.damaged} damaged`),
  );
  if (totals.damaged > 0) process.exitCode = 1;
}

/** The archive of the running stack, or of the folder given; a bucket where one is configured. */
export function archivePlace({ folder }: Pick<VerifyOptions, 'folder'>): ArchiveOptions {
  const home =
    folder === undefined
      ? (readStackFile()?.folder ?? stackFolder(undefined))
      : stackFolder(folder);
  const env = {
    ...process.env,
    TAPELINE_CONFIGS_DIR: configsFolder(undefined),
    ARCHIVE_FOLDER: process.env['ARCHIVE_FOLDER'] ?? join(home, 'archive'),
  };
  return archiveOptions(loadConfig(ARCHIVE_SETTINGS, env));
}

function findings(archive: Archive): AsyncGenerator<Finding> {
  const out = process.stderr;
  if (!out.isTTY) return archive.verify();
  return archive.verify({
    onProgress: ({ chunks, bytes }) =>
      void out.write(`\r${chunks} chunks, ${Math.round(bytes / 1e6)} MB read `),
  });
}

const describe = ({ chunkId, damages }: Finding): string =>
  damages
    .map(({ problem, where, message }) => `${chunkId} ${problem}: ${where}: ${message}`)
    .join('\n');
