import type { ColumnarBatch } from '@tapeline/records';
import type { Surroundings } from '@tapeline/rules';
import { CliError } from '../cli-error.js';
import { readStackFile } from '../stack/stack-file.js';

/** What rules may ask beside a batch. The transform asks for none of it, the validation does. */
export type SurroundingsOf = (dataset: string, batch: ColumnarBatch) => Promise<Surroundings>;

export const NO_SURROUNDINGS: SurroundingsOf = () => Promise.resolve({});

/**
 * Runs what needs the definitions that the running stack holds, as of each record's day: as the validator does.
 * @throws CliError if nothing runs.
 */
export async function withDefinitions<T>(run: (of: SurroundingsOf) => Promise<T>): Promise<T> {
  const stack = readStackFile();
  if (!stack) {
    throw new CliError("nothing is running that holds definitions: 'tapeline up' starts a stack");
  }
  // The database's client is loaded only where it is needed.
  const { definitionLookup, Storage } = await import('@tapeline/storage');
  const storage = Storage.open({ url: stack.urls.postgres, connections: 1 });
  const definitions = definitionLookup(storage);
  try {
    return await run(async (dataset, batch) => ({
      lookups: { definition: await definitions.forBatch(dataset, batch) },
    }));
  } finally {
    await storage.close();
  }
}
