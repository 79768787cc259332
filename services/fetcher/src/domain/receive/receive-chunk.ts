/**
 * A chunk's records from wherever they are: what earlier attempts received, then the source, asked again
 * from the last whole record on after every cut. Whoever takes the records does not notice.
 */
import { DatabentoError } from '@tapeline/databento';
import { DbnCorruptError, DbnStream, DbnTruncatedError } from '@tapeline/dbn';
import type { DbnMetadata, RecordBlock } from '@tapeline/dbn';
import type { SchemaDescription } from '@tapeline/records';
import type { ChunkSpool, PartWriter, SpooledPart } from './chunk-spool.js';
import { firstRowAt, indexTimestamps, ResumePoint } from './resume-point.js';
import { startOfPart } from './start-of-part.js';

/** What one response brought, for the ledger of what was paid. */
export interface PartReport {
  /** Number of the response among those of the chunk, from 0. */
  readonly part: number;
  /** Records, and bytes of records after decompression: what Databento bills. */
  readonly records: number;
  readonly bytes: number;
  /** Of the records, those that an earlier response had brought already. */
  readonly repeated: number;
  /** Whether it ended early. */
  readonly isCut: boolean;
}

export interface ChunkOrigin {
  readonly schema: SchemaDescription;
  /** Start of the chunk's request, ns. */
  readonly start: string;
  readonly limit: number | undefined;
  /** Records that the source announced; null where it was not asked. */
  readonly expected: number | null;
  readonly spool: ChunkSpool;
  /** Asks the source for the chunk's records from `start` on. */
  readonly ask: (from: { start: string; limit?: number }) => Promise<AsyncIterable<Uint8Array>>;
  /** Asks how many records the source has for the chunk now. */
  readonly recount: () => Promise<number>;
  /** Told of each response once it has ended, and again of those of earlier attempts. */
  readonly report: (part: PartReport) => Promise<void>;
}

/** A source that ended whole, but each time with fewer records than it says it has. */
export class ShortSourceError extends Error {
  readonly code = 'short_source';
  override readonly name = 'ShortSourceError';
}

/** What was received is corrupt or does not fit together: it is forgotten, and the chunk begins anew. */
export class RestartChunkError extends Error {
  readonly code = 'restart_chunk';
  override readonly name = 'RestartChunkError';
}

/** Responses in a row that bring no new record, after which the source is not asked again for now. */
const MOST_FRUITLESS = 3;

/** A response that is open. */
interface OpenPart {
  readonly index: number;
  readonly stream: DbnStream;
  readonly writer?: PartWriter;
  /** Records at its start that were taken from an earlier part. */
  readonly repeated: number;
  /** Time, ns, from which on the next part has the records. */
  readonly until?: bigint;
}

export class ReceivedChunk {
  readonly #origin: ChunkOrigin;
  readonly #point: ResumePoint;
  /** Parts of earlier attempts that are not open yet, each with its start. */
  readonly #spooled: { part: SpooledPart; start: bigint }[] = [];
  /** Records left out of earlier parts that no later part has been said to repeat yet. */
  #left = 0;
  #next: OpenPart | undefined;
  #metadata: DbnMetadata | undefined;

  private constructor(origin: ChunkOrigin) {
    this.#origin = origin;
    this.#point = new ResumePoint(origin.schema);
  }

  /**
   * Opens the first part, so that the metadata are known.
   * @throws the source's error if it cannot be asked; DbnError if it is no DBN.
   */
  static async open(origin: ChunkOrigin): Promise<ReceivedChunk> {
    const chunk = new ReceivedChunk(origin);
    return chunk.#forgetful(async () => {
      for (const part of origin.spool.parts) {
        const start = await startOfPart(part);
        if (start === undefined) continue;
        // Asked from the same time again: what the earlier one brought, this one has.
        if (chunk.#spooled.at(-1)?.start === start) chunk.#spooled.pop();
        chunk.#spooled.push({ part, start });
      }
      chunk.#next = (await chunk.#openSpooled()) ?? (await chunk.#openAsked());
      return chunk;
    });
  }

  /** Those of the first response. */
  get metadata(): DbnMetadata {
    return this.#metadata as DbnMetadata;
  }

  /** Records taken so far. */
  get received(): number {
    return this.#point.received;
  }

  /**
   * Every record of the chunk once, in the source's order.
   * @throws ShortSourceError, RestartChunkError, DbnError, the source's own errors.
   */
  async *blocks(): AsyncGenerator<RecordBlock> {
    const parts = this.#everyPart();
    try {
      for (;;) {
        const next = await this.#forgetful(() => parts.next());
        if (next.done) return;
        yield next.value;
      }
    } finally {
      await parts.return(undefined);
    }
  }

  async *#everyPart(): AsyncGenerator<RecordBlock, undefined> {
    let fruitless = 0;
    for (;;) {
      const part = this.#next ?? (await this.#openSpooled()) ?? (await this.#openAsked());
      this.#next = undefined;
      const before = this.#point.received;
      const cut = yield* this.#take(part);
      if (this.#spooled.length > 0) continue;
      if (cut && !this.#point.isOrdered) throw misfit('it was cut, and its times go back');
      if (this.#point.received > before) fruitless = 0;
      else if (part.writer) fruitless++;
      if (this.#isComplete(part, cut !== undefined)) return undefined;
      if (fruitless < MOST_FRUITLESS) continue;
      if (cut) throw cut;
      await this.#requireShort();
      return undefined;
    }
  }

  /** The next part of an earlier attempt. */
  async #openSpooled(): Promise<OpenPart | undefined> {
    const spooled = this.#spooled.shift();
    if (!spooled) return undefined;
    const stream = await DbnStream.open(spooled.part.read());
    this.#metadata ??= stream.metadata;
    const until = this.#spooled[0]?.start;
    return { index: spooled.part.part, stream, repeated: 0, ...(until !== undefined && { until }) };
  }

  /** A new response from the last record on. */
  async #openAsked(): Promise<OpenPart> {
    const { spool, ask, start, limit } = this.#origin;
    const { last, ties, received } = this.#point;
    const body = await ask({
      start: last === undefined ? start : String(last),
      ...(limit !== undefined && { limit: limit - received + ties }),
    });
    const writer = await spool.begin();
    try {
      const stream = await DbnStream.open(kept(body, writer));
      this.#metadata ??= stream.metadata;
      return { index: writer.part, stream, writer, repeated: ties };
    } catch (error) {
      await writer.end();
      throw error;
    }
  }

  /** The part's records that no other part has. Returns the error that cut it, if one did. */
  async *#take(part: OpenPart): AsyncGenerator<RecordBlock, Error | undefined> {
    const { version } = part.stream.metadata;
    if (version !== this.metadata.version) {
      await part.stream.close();
      throw misfit(`it went on in DBN version ${version}`);
    }
    let repeated = part.repeated;
    let records = 0;
    let bytes = 0;
    let taken = 0;
    let cut: Error | undefined;
    let hasReached = false;
    try {
      for await (const block of part.stream.blocks()) {
        records += block.count;
        bytes += block.count * block.stride;
        // Read to its end all the same: every attempt must give the same account of it.
        if (hasReached) continue;
        const dropped = Math.min(repeated, block.count);
        if (dropped > 0) this.#requireRepeated(block, dropped);
        repeated -= dropped;
        const end =
          part.until === undefined ? block.count : firstRowAt(this.#times(block), part.until);
        const fresh = block.slice(dropped, end);
        taken += fresh.count;
        if (fresh.count > 0) {
          this.#point.push(fresh, version);
          yield fresh;
        }
        hasReached = end < block.count;
      }
    } catch (error) {
      if (!isCut(error)) throw error;
      cut = error;
    } finally {
      await part.writer?.end();
    }
    if (part.until !== undefined && !hasReached) throw misfit('a part of it is missing');
    if (!cut && repeated > 0) throw misfit('records that were there are gone');
    const dropped = part.repeated - repeated;
    const again = Math.min(this.#left, records - dropped);
    this.#left += records - dropped - taken - again;
    await this.#origin.report({
      part: part.index,
      records,
      bytes,
      repeated: dropped + again,
      isCut: cut !== undefined,
    });
    return cut;
  }

  #isComplete(part: OpenPart, wasCut: boolean): boolean {
    const { expected, limit } = this.#origin;
    const { received } = this.#point;
    if (expected !== null && received >= expected) return true;
    if (limit !== undefined && received >= limit) return true;
    // What an earlier attempt left may end cleanly and yet early: its process was killed.
    return expected === null && !wasCut && part.writer !== undefined;
  }

  /** The source has no more than it sent, whatever it announced. @throws ShortSourceError */
  async #requireShort(): Promise<void> {
    const { received } = this.#point;
    const count = await this.#origin.recount();
    if (received >= count) return;
    throw new ShortSourceError(
      `the source sent ${received} records and says that it has ${count}; it will be asked again`,
    );
  }

  /** Runs a step; forgets everything received if that turns out to be of no use. */
  async #forgetful<T>(step: () => Promise<T>): Promise<T> {
    try {
      return await step();
    } catch (error) {
      const isCorrupt = error instanceof DbnCorruptError;
      if (!isCorrupt && !(error instanceof RestartChunkError)) throw error;
      await this.#origin.spool.discard();
      throw isCorrupt ? misfit(error.message, error) : error;
    }
  }

  /** Records said to be repeated must have the time of the last one. */
  #requireRepeated(block: RecordBlock, rows: number): void {
    const times = this.#times(block.slice(0, rows));
    const last = this.#point.last;
    for (let row = 0; row < rows; row++) {
      if (times[row] !== last) throw misfit('it went on with other records');
    }
  }

  #times(block: RecordBlock): BigUint64Array<ArrayBuffer> {
    return indexTimestamps(this.#origin.schema, block, this.metadata.version);
  }
}

const misfit = (reason: string, cause?: unknown): RestartChunkError =>
  new RestartChunkError(`the stream cannot be gone on with: ${reason}; it begins anew`, { cause });

/** The bytes of a response, each piece kept before it is handed on. */
async function* kept(
  body: AsyncIterable<Uint8Array>,
  writer: PartWriter,
): AsyncGenerator<Uint8Array> {
  for await (const bytes of body) {
    await writer.write(bytes);
    yield bytes;
  }
}

/** The stream ended early, and the rest may be had. */
const isCut = (error: unknown): error is Error =>
  error instanceof DbnTruncatedError || (error instanceof DatabentoError && error.retryable);
