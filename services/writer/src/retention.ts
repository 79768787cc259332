import type { OnApplicationBootstrap, OnApplicationShutdown } from '@nestjs/common';
import type { BusPublisher } from '@tapeline/bus';
import { expireChunks, purgeQuarantine } from '@tapeline/storage';
import type { Storage } from '@tapeline/storage';
import type { Logger } from '@tapeline/telemetry';

const DAY_MS = 86_400_000;

/** Days for which something is kept; 0 keeps it for ever. */
export interface KeptDays {
  /** Refused records after they were resolved. */
  readonly resolved: number;
  /** Records after they were stored. */
  readonly records: number;
}

/** Deletes what has been kept as long as it is to be kept: at start, and once a day. */
export class Retention implements OnApplicationBootstrap, OnApplicationShutdown {
  #timer: NodeJS.Timeout | undefined;
  #isStopped = false;

  constructor(
    private readonly storage: Storage,
    private readonly publisher: Pick<BusPublisher, 'publishEvent'>,
    private readonly days: KeptDays,
    private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    if (this.days.resolved === 0 && this.days.records === 0) return;
    void this.run();
    this.#timer = setInterval(() => void this.run(), DAY_MS).unref();
  }

  onApplicationShutdown(): void {
    this.#isStopped = true;
    clearInterval(this.#timer);
  }

  private async run(): Promise<void> {
    await this.try('refused records resolved long ago could not be deleted', () => this.purge());
    await this.try('records stored long ago could not be deleted', () => this.expire());
  }

  private async try(complaint: string, task: () => Promise<void>): Promise<void> {
    try {
      await task();
    } catch (err) {
      // The database was closed with the service; the next start goes on.
      if (!this.#isStopped) this.logger.warn({ err }, complaint);
    }
  }

  private async purge(): Promise<void> {
    const days = this.days.resolved;
    if (days === 0) return;
    const purged = await purgeQuarantine(this.storage, days);
    if (purged > 0) this.logger.info({ purged, days }, 'forgot refused records resolved long ago');
  }

  private async expire(): Promise<void> {
    const days = this.days.records;
    if (days === 0) return;
    const expired = expireChunks(this.storage, days, async ({ chunkId, jobId, rows }) => {
      await this.publisher.publishEvent({
        event: 'chunk_expired',
        job_id: jobId,
        chunk_id: chunkId,
        rows,
        at: Temporal.Now.instant().toString(),
        by: 'writer',
      });
    });
    let chunks = 0;
    let records = 0;
    for await (const { rows } of expired) {
      chunks += 1;
      records += rows;
      if (this.#isStopped) break;
    }
    if (chunks > 0) this.logger.info({ chunks, records, days }, 'deleted records stored long ago');
  }
}
