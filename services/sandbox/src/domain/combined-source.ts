import type { DbnVersion } from '@tapeline/records';
import type {
  Dataset,
  DateCondition,
  Directory,
  MarketSource,
  RecordPart,
  RecordQuery,
} from './market-source.js';

/** Several sources side by side; a dataset comes from the first that has it. */
export class CombinedSource implements MarketSource {
  readonly datasets: readonly Dataset[];
  readonly #owners = new Map<string, MarketSource>();

  readonly #sources: readonly MarketSource[];

  constructor(sources: readonly MarketSource[]) {
    this.#sources = sources;
    const datasets: Dataset[] = [];
    for (const source of sources) {
      for (const dataset of source.datasets) {
        if (this.#owners.has(dataset.name)) continue;
        this.#owners.set(dataset.name, source);
        datasets.push(dataset);
      }
    }
    this.datasets = datasets;
  }

  conditions(dataset: string): readonly DateCondition[] {
    return this.#owner(dataset).conditions(dataset);
  }

  directory(dataset: string): Directory {
    return this.#owner(dataset).directory(dataset);
  }

  versionOf(query: RecordQuery): DbnVersion {
    return this.#owner(query.dataset).versionOf(query);
  }

  count(query: RecordQuery): Promise<number> {
    return this.#owner(query.dataset).count(query);
  }

  records(query: RecordQuery): AsyncGenerator<RecordPart> {
    return this.#owner(query.dataset).records(query);
  }

  revised(revision: number): MarketSource {
    return new CombinedSource(this.#sources.map((source) => source.revised(revision)));
  }

  #owner(dataset: string): MarketSource {
    const owner = this.#owners.get(dataset);
    if (!owner) throw new Error(`there is no dataset ${dataset}`);
    return owner;
  }
}
