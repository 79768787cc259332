import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeRecords, encodeRecords } from '@tapeline/dbn';
import type { DbnVersion } from '@tapeline/records';
import type {
  Dataset,
  DateCondition,
  Directory,
  MarketSource,
  RecordPart,
  RecordQuery,
  TimeRange,
} from '../domain/market-source.js';
import { ThinnedSource } from '../domain/thinned-source.js';
import { indexFile, rangeOfFile } from './index-file.js';
import type { FileIndex } from './index-file.js';
import { directoryOf } from './list-symbols.js';
import { mergeFiles } from './merge-files.js';
import { readRecords } from './read-records.js';
import type { FileBlock } from './read-records.js';

const CANONICAL: DbnVersion = 3;

interface FolderDataset {
  readonly description: Dataset;
  readonly conditions: readonly DateCondition[];
  readonly directory: Directory;
  readonly files: readonly FileIndex[];
}

/**
 * DBN files of a folder and its subfolders. Records are sent as they lie in the files if all files of
 * their dataset and schema have the same version, else upgraded to version 3.
 */
export class FolderSource implements MarketSource {
  readonly #datasets: ReadonlyMap<string, FolderDataset>;

  private constructor(files: readonly FileIndex[]) {
    const byDataset = Map.groupBy(files, ({ metadata }) => metadata.dataset);
    this.#datasets = new Map(
      [...byDataset].map(([name, files]) => [name, describeDataset(name, files)]),
    );
  }

  /**
   * Reads every `.dbn` and `.dbn.zst` file once.
   * @param onSkipped told of files that cannot be served, and why.
   * @throws if the folder cannot be read.
   */
  static async open(
    folder: string,
    onSkipped: (path: string, reason: string) => void,
  ): Promise<FolderSource> {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    const paths = entries
      .filter((entry) => entry.isFile() && /\.dbn(\.zst)?$/.test(entry.name))
      .map((entry) => join(entry.parentPath, entry.name))
      .toSorted();
    const files: FileIndex[] = [];
    for (const path of paths) {
      try {
        files.push(await indexFile(path));
      } catch (error) {
        onSkipped(path, (error as Error).message);
      }
    }
    return new FolderSource(files);
  }

  get datasets(): readonly Dataset[] {
    return [...this.#datasets.values()].map(({ description }) => description);
  }

  conditions(dataset: string): readonly DateCondition[] {
    return this.#dataset(dataset).conditions;
  }

  directory(dataset: string): Directory {
    return this.#dataset(dataset).directory;
  }

  versionOf(query: RecordQuery): DbnVersion {
    const files = this.#filesOf(query);
    const [version = CANONICAL, ...others] = new Set(files.map(({ metadata }) => metadata.version));
    const asIs =
      others.length === 0 &&
      files.every(({ stride }) => stride === query.schema.recordSize[version]);
    return asIs ? version : CANONICAL;
  }

  async count(query: RecordQuery): Promise<number> {
    let count = 0;
    for (const file of this.#filesOf(query)) {
      for await (const { times } of readRecords(file, query)) count += times.length;
    }
    return count;
  }

  async *records(query: RecordQuery): AsyncGenerator<RecordPart> {
    const version = this.versionOf(query);
    const wanted = this.#filesOf(query).filter(
      ({ first, last }) => first < query.end && last >= query.start,
    );
    for await (const block of mergeFiles(wanted.map((file) => readRecords(file, query)))) {
      const bytes = convert(block, version);
      yield { bytes, count: block.times.length, start: block.times[0]! };
    }
  }

  revised(revision: number): MarketSource {
    return new ThinnedSource(this, revision);
  }

  #filesOf({ dataset, schema }: RecordQuery): readonly FileIndex[] {
    return this.#dataset(dataset).files.filter((file) => file.schema === schema);
  }

  #dataset(name: string): FolderDataset {
    const dataset = this.#datasets.get(name);
    if (!dataset) throw new Error(`there is no dataset ${name}`);
    return dataset;
  }
}

function describeDataset(name: string, files: readonly FileIndex[]): FolderDataset {
  const bySchema = Map.groupBy(files, ({ schema }) => schema.name);
  const publishers = new Set(files.flatMap(({ publishers }) => [...publishers]));
  const dates = new Set(files.flatMap(({ dates }) => [...dates]));
  const venue = name.split('.')[0]!;
  return {
    description: {
      name,
      publishers: [...publishers].map((id) => ({ id, venue, description: `files of ${name}` })),
      range: rangeOfFiles(files),
      schemas: new Map([...bySchema].map(([schema, own]) => [schema, rangeOfFiles(own)])),
    },
    conditions: [...dates].toSorted().map((date) => ({ date, condition: 'available' })),
    directory: directoryOf(files),
    files,
  };
}

function rangeOfFiles(files: readonly FileIndex[]): TimeRange {
  return files.map(rangeOfFile).reduce((whole, range) => ({
    start: range.start < whole.start ? range.start : whole.start,
    end: range.end > whole.end ? range.end : whole.end,
  }));
}

function convert({ file, bytes }: FileBlock, version: DbnVersion): Uint8Array {
  const { schema, metadata, stride } = file;
  if (metadata.version === version && stride === schema.recordSize[version]) return bytes;
  const batch = decodeRecords(schema, metadata.version, bytes, { stride, firstOrdinal: 0 });
  return encodeRecords(batch, version);
}
