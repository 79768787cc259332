const DAY_MS = 86_400_000;

interface Used {
  day: number;
  rows: number;
  bytes: number;
}

/** What each caller was sent in the present UTC day, as this process knows it. */
export class DayUsage {
  readonly #used = new Map<string, Used>();

  constructor(private readonly now: () => number = Date.now) {}

  of(id: string): { readonly rows: number; readonly bytes: number } {
    return this.#today(id);
  }

  add(id: string, { rows = 0, bytes = 0 }: { rows?: number; bytes?: number }): void {
    const used = this.#today(id);
    used.rows += rows;
    used.bytes += bytes;
    this.#used.set(id, used);
  }

  secondsToMidnight(): number {
    return Math.ceil((DAY_MS - (this.now() % DAY_MS)) / 1000);
  }

  #today(id: string): Used {
    const day = Math.floor(this.now() / DAY_MS);
    const used = this.#used.get(id);
    return used?.day === day ? used : { day, rows: 0, bytes: 0 };
  }
}
