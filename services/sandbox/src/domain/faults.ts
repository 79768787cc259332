/** Trouble on demand, so that clients can be tried against it. */
import { setTimeout as sleep } from 'node:timers/promises';

/** What goes wrong with the next `times` calls of a method. */
export type Fault = {
  /** Such as `timeseries.get_range`. */
  readonly method: string;
  readonly times: number;
} & (RefusalFault | StreamFault);

/** The call is answered with an error. */
export interface RefusalFault {
  readonly kind: 'refuse';
  readonly status: number;
  /** Seconds for a Retry-After header. */
  readonly retryAfter?: number | undefined;
}

/** The body is slow, or the connection ends without a word. */
export interface StreamFault {
  readonly kind: 'stream';
  readonly cutAfterBytes?: number | undefined;
  /** Wait before each piece of the body. */
  readonly delayMs?: number | undefined;
}

export class Faults {
  #pending: { readonly fault: Fault; left: number }[] = [];

  add(fault: Fault): void {
    this.#pending.push({ fault, left: fault.times });
  }

  clear(): void {
    this.#pending = [];
  }

  /** The oldest fault of a kind that is left for a method, used up by one. */
  take<Kind extends Fault['kind']>(
    kind: Kind,
    method: string,
  ): Extract<Fault, { kind: Kind }> | undefined {
    const entry = this.#pending.find(({ fault }) => fault.kind === kind && fault.method === method);
    if (!entry) return undefined;
    entry.left -= 1;
    if (entry.left <= 0) this.#pending = this.#pending.filter((other) => other !== entry);
    return entry.fault as Extract<Fault, { kind: Kind }>;
  }
}

/** What was sent last shall arrive before the connection ends. */
const FLUSH_MS = 50;

/** The bytes of a body with a fault. @throws Error where the connection is to be cut. */
export async function* spoil(
  bytes: AsyncIterable<Uint8Array>,
  { cutAfterBytes = Infinity, delayMs = 0 }: Pick<StreamFault, 'cutAfterBytes' | 'delayMs'>,
): AsyncGenerator<Uint8Array> {
  let left = cutAfterBytes;
  for await (const piece of bytes) {
    await sleep(delayMs);
    if (piece.length >= left) {
      if (left > 0) yield piece.subarray(0, left);
      await sleep(FLUSH_MS);
      throw new Error(`the connection is cut after ${cutAfterBytes} bytes, as was asked for`);
    }
    left -= piece.length;
    yield piece;
  }
}
