import { crc32 } from 'node:zlib';
import type { DbnVersion } from '@tapeline/records';
import type {
  Dataset,
  DateCondition,
  Directory,
  MarketSource,
  RecordPart,
  RecordQuery,
} from './market-source.js';

/** One record in so many is missing. */
const THINNED_ONE_IN = 10;

/**
 * Another source without some of its records. Which ones depends on the record and the revision alone, not
 * on how it is asked for.
 */
export class ThinnedSource implements MarketSource {
  readonly #source: MarketSource;
  readonly #revision: number;

  constructor(source: MarketSource, revision: number) {
    this.#source = source;
    this.#revision = revision;
  }

  get datasets(): readonly Dataset[] {
    return this.#source.datasets;
  }

  conditions(dataset: string): readonly DateCondition[] {
    return this.#source.conditions(dataset);
  }

  directory(dataset: string): Directory {
    return this.#source.directory(dataset);
  }

  versionOf(query: RecordQuery): DbnVersion {
    return this.#source.versionOf(query);
  }

  async count(query: RecordQuery): Promise<number> {
    let count = 0;
    for await (const part of this.records(query)) count += part.count;
    return count;
  }

  async *records(query: RecordQuery): AsyncGenerator<RecordPart> {
    for await (const part of this.#source.records(query)) {
      const thinned = thin(part, this.#revision);
      // The time is about right, and says only into which frame the records go.
      if (thinned.length > 0) {
        const count = (thinned.length / part.bytes.length) * part.count;
        yield { bytes: thinned, count, start: part.start };
      }
    }
  }

  revised(revision: number): MarketSource {
    return this.#source.revised(revision);
  }
}

function thin({ bytes, count }: RecordPart, revision: number): Uint8Array {
  const size = bytes.length / count;
  const thinned = new Uint8Array(bytes.length);
  let length = 0;
  for (let from = 0; from < bytes.length; from += size) {
    const record = bytes.subarray(from, from + size);
    if (crc32(record, revision) % THINNED_ONE_IN === 0) continue;
    thinned.set(record, length);
    length += size;
  }
  return thinned.subarray(0, length);
}
