/** Trouble on demand, so that clients can be tried against it. */

/** What goes wrong with the next `times` calls of a method. */
export type Fault = {
  /** Such as `timeseries.get_range`. All downloads of batch files are `batch.download`. */
  readonly method: string;
  readonly times: number;
  /** Only calls about this file of a batch job. */
  readonly filename?: string | undefined;
} & (RefusalFault | StallFault | StreamFault | LostAnswerFault | WrongHashFault | SlowJobFault);

/** The call is answered with an error. */
export interface RefusalFault {
  readonly kind: 'refuse';
  readonly status: number;
  /** Seconds for a Retry-After header. */
  readonly retryAfter?: number | undefined;
  /** Of the error, such as `data_end_after_available_end`. */
  readonly problem?: string | undefined;
  readonly message?: string | undefined;
  readonly payload?: Readonly<Record<string, unknown>> | undefined;
}

/** The call stands still before it is carried out, until it is let go. */
export interface StallFault {
  readonly kind: 'stall';
}

/** The body is slow, is not what it should be, or the connection ends without a word. */
export interface StreamFault {
  readonly kind: 'stream';
  readonly cutAfterBytes?: number | undefined;
  /** Of get_range: so many whole records arrive and half of the next. */
  readonly cutAfterRecords?: number | undefined;
  /** The body stands still after so many bytes, until it is let go. */
  readonly stallAfterBytes?: number | undefined;
  /** Wait before each piece of the body. */
  readonly delayMs?: number | undefined;
  /** Longest piece. */
  readonly pieceBytes?: number | undefined;
  /** Position of a byte of the body that is sent wrong. */
  readonly alterByte?: number | undefined;
}

/** The call is carried out, and the connection ends before the answer. */
export interface LostAnswerFault {
  readonly kind: 'lose';
}

/** Files of a batch job are announced with hashes that they do not have. */
export interface WrongHashFault {
  readonly kind: 'hash';
}

/** A submitted job is not done before it was looked at so many times. */
export interface SlowJobFault {
  readonly kind: 'slow';
  readonly polls: number;
}

export type FaultOf<Kind extends Fault['kind']> = Extract<Fault, { kind: Kind }>;

export class Faults {
  #pending: { readonly fault: Fault; left: number }[] = [];

  add(fault: Fault): void {
    this.#pending.push({ fault, left: fault.times });
  }

  clear(): void {
    this.#pending = [];
  }

  /** The oldest fault of a kind that is left for a method, and for a file if one is given; used up by one. */
  take<Kind extends Fault['kind']>(
    kind: Kind,
    method: string,
    filename?: string,
  ): FaultOf<Kind> | undefined {
    const entry = this.#pending.find(
      ({ fault }) =>
        fault.kind === kind &&
        fault.method === method &&
        (filename === undefined || (fault.filename ?? filename) === filename),
    );
    if (!entry) return undefined;
    entry.left -= 1;
    if (entry.left <= 0) this.#pending = this.#pending.filter((other) => other !== entry);
    return entry.fault as FaultOf<Kind>;
  }
}
