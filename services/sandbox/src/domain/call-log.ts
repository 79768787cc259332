/** What was asked of the sandbox, so that tests can tell what was asked twice. */

export interface LoggedCall {
  /** As in faults: `timeseries.get_range`, `batch.download`. */
  readonly method: string;
  readonly filename?: string;
  /** The header of that name. */
  readonly range?: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** Older calls are forgotten: a sandbox may run for long. */
const MOST = 1_000;

export class CallLog {
  readonly #calls: LoggedCall[] = [];

  add(call: LoggedCall): void {
    this.#calls.push(call);
    if (this.#calls.length > MOST) this.#calls.shift();
  }

  /** The last thousand calls in the order in which they came, those refused and held included. */
  get calls(): readonly LoggedCall[] {
    return this.#calls;
  }
}
