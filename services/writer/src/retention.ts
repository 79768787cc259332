import type { OnApplicationBootstrap, OnApplicationShutdown } from '@nestjs/common';
import { purgeQuarantine } from '@tapeline/storage';
import type { Storage } from '@tapeline/storage';
import type { Logger } from '@tapeline/telemetry';

const DAY_MS = 86_400_000;

/** Deletes refused records that were resolved long ago: at start, and once a day. */
export class Retention implements OnApplicationBootstrap, OnApplicationShutdown {
  #timer: NodeJS.Timeout | undefined;
  #isStopped = false;

  /** @param days for which resolved ones are kept; 0 keeps them for ever. */
  constructor(
    private readonly storage: Storage,
    private readonly days: number,
    private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    if (this.days === 0) return;
    void this.purge();
    this.#timer = setInterval(() => void this.purge(), DAY_MS).unref();
  }

  onApplicationShutdown(): void {
    this.#isStopped = true;
    clearInterval(this.#timer);
  }

  private async purge(): Promise<void> {
    try {
      const purged = await purgeQuarantine(this.storage, this.days);
      if (purged > 0) {
        this.logger.info({ purged, days: this.days }, 'forgot refused records resolved long ago');
      }
    } catch (err) {
      // The database was closed with the service; the next start goes on.
      if (this.#isStopped) return;
      this.logger.warn({ err }, 'refused records resolved long ago could not be deleted');
    }
  }
}
