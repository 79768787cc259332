import { dirname, join } from 'node:path';
import { isEnded } from '../gateway-client.js';
import type { GatewayClient } from '../gateway-client.js';
import { isRight } from '../job-table.js';
import { extractZip } from './extract-zip.js';
import { endRun, noteJob, noteRun, removeUnused } from './import-folder.js';
import type { JobProgress } from './import-folder.js';

/**
 * The ZIPs of one run of `tapeline ingest --file`: where their files are, and until when. A fetcher reads the files
 * of a job while it runs; once the job is complete the archive has their bytes.
 */
export class ZipImports {
  /** Folders that this run keeps others from deleting, and those of them that have files. */
  readonly #reserved = new Set<string>();
  readonly #extracted = new Set<string>();

  /**
   * @param stackImports where the stack of this machine has extractions; undefined if another gateway is used: then
   * they go beside the ZIP, where that one's fetcher reads files.
   */
  constructor(
    private readonly gateway: GatewayClient,
    private readonly stackImports: string | undefined,
    private readonly tell: (line: string) => void,
  ) {}

  /** Extracts a ZIP. @returns the folder. @throws CliError */
  readonly extract = async (zip: string): Promise<string> => {
    const importFolder = this.stackImports ?? join(dirname(zip), 'tapeline-import');
    const { folder, isNew } = await extractZip(zip, importFolder, async (reserved) => {
      this.#reserved.add(reserved);
      await noteRun(reserved);
    });
    this.#extracted.add(folder);
    this.tell(`${zip} is extracted${isNew ? '' : ' already'} in ${folder}`);
    return folder;
  };

  /** Notes a job before it is submitted, if its file is of a ZIP. */
  async use(file: string, jobId: string): Promise<void> {
    if (this.#extracted.has(dirname(file))) await noteJob(file, jobId);
  }

  /**
   * Ends the run: deletes the extractions whose jobs, of this run or an earlier one, are all complete, and says
   * which of this run's stay. Never throws: what cannot be deleted now, a later run deletes.
   */
  async end(): Promise<void> {
    const folders = new Set([...this.#reserved].map((folder) => dirname(folder)));
    if (this.stackImports !== undefined) folders.add(this.stackImports);
    const removed = new Set<string>();
    try {
      for (const extraction of this.#reserved) await endRun(extraction);
      for (const folder of folders) {
        for (const path of await removeUnused(folder, this.#progress)) removed.add(path);
      }
    } catch (error) {
      this.tell(`what was extracted could not be deleted: ${(error as Error).message}`);
    }
    for (const path of removed) {
      // Of a ZIP that was refused there was nothing to delete.
      if (this.#reserved.has(path) && !this.#extracted.has(path)) continue;
      this.tell(`${path} is deleted: no job needs it any more`);
    }
    for (const path of this.#extracted) {
      if (removed.has(path)) continue;
      this.tell(
        `${path} stays until all of its jobs are complete; then the next 'tapeline ingest --file' deletes it, or you do if its files are not wanted`,
      );
    }
  }

  readonly #progress = async (jobId: string): Promise<JobProgress> => {
    const job = await this.gateway.job(jobId);
    if (!job || !isEnded(job)) return 'moving';
    return isRight(job) ? 'right' : 'wrong';
  };
}
