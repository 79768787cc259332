import { CombinedSource } from './domain/combined-source.js';
import type { MarketSource } from './domain/market-source.js';
import { SyntheticMarket } from './domain/synthetic/synthetic-market.js';
import type { SyntheticOptions } from './domain/synthetic/synthetic-market.js';
import { FolderSource } from './folder/folder-source.js';

export interface SourceOptions extends SyntheticOptions {
  /** Folder of DBN files; empty for none. */
  readonly dataDir: string;
}

/**
 * The synthetic market, with the files of a folder beside it: a dataset of which there are files comes
 * from the files alone. @throws if the folder cannot be read.
 */
export async function openSource(
  options: SourceOptions,
  onSkipped: (path: string, reason: string) => void,
): Promise<MarketSource> {
  const synthetic = new SyntheticMarket(options);
  if (options.dataDir === '') return synthetic;
  return new CombinedSource([await FolderSource.open(options.dataDir, onSkipped), synthetic]);
}
