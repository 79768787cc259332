import type { ColumnarBatch } from '@tapeline/records';
import { unionOfAsked } from '@tapeline/rules';
import type { Lookups, RuleSet } from '@tapeline/rules';
import { CliError } from '../cli-error.js';
import { readStackFile } from '../stack/stack-file.js';

/** What the rules may ask beside a batch. */
export type LookupsOf = (
  dataset: string,
  batch: ColumnarBatch,
  ...ruleSets: readonly RuleSet[]
) => Promise<Lookups>;

export const NO_LOOKUPS: LookupsOf = () => Promise.resolve({});

/**
 * Runs what needs the definitions and symbology that the running stack holds, as of each record's day: as the services
 * do.
 * @throws CliError if nothing runs.
 */
export async function withStackLookups<T>(run: (of: LookupsOf) => Promise<T>): Promise<T> {
  const stack = readStackFile();
  if (!stack) {
    throw new CliError("nothing is running that holds definitions: 'tapeline up' starts a stack");
  }
  // The database's client is loaded only where it is needed.
  const { RecordLookups, Storage } = await import('@tapeline/storage');
  const storage = Storage.open({ url: stack.urls.postgres, connections: 1 });
  const lookups = new RecordLookups(storage);
  try {
    return await run((dataset, batch, ...ruleSets) => {
      const asked = ruleSets.flatMap(({ schemas }) => {
        const { asks } = schemas.get(batch.schema.name)!;
        return [asks.transform, asks.validate];
      });
      return lookups.forBatch(dataset, batch, unionOfAsked(...asked));
    });
  } finally {
    await storage.close();
  }
}
