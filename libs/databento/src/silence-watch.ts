/**
 * Aborts a call whose server falls silent. Only time spent waiting counts: while nobody asks for more,
 * silence is ours.
 */
export class SilenceWatch {
  readonly #silence = new AbortController();
  /** Fires after silence, and with the caller's own signal. */
  readonly signal: AbortSignal;

  constructor(
    readonly limitMs: number,
    outer: AbortSignal | undefined,
  ) {
    const own = this.#silence.signal;
    this.signal = outer ? AbortSignal.any([outer, own]) : own;
  }

  /** Whether silence is why the call ended. */
  get tooLong(): boolean {
    return this.#silence.signal.aborted;
  }

  /** Awaits the server. */
  async during<Result>(work: Promise<Result>): Promise<Result> {
    const timer = setTimeout(() => this.#silence.abort(), this.limitMs);
    try {
      return await work;
    } finally {
      clearTimeout(timer);
    }
  }
}
