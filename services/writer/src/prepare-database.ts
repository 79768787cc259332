import { applyPolicies, describeEngine, keepPartitionsAhead } from '@tapeline/storage';
import type { Storage } from '@tapeline/storage';
import type { Logger } from '@tapeline/telemetry';

/** Says what the database can do, and gives it the policies of the settings. What fails of it keeps nobody from writing. */
export async function prepareDatabase(
  storage: Storage,
  compressAfterDays: number,
  logger: Logger,
): Promise<void> {
  try {
    const { missing, ...engine } = await describeEngine(storage.pool);
    logger.info({ engine }, 'database');
    for (const sentence of missing) logger.warn(sentence);
    const changed = await applyPolicies(storage.pool, { compressAfterDays });
    if (changed.length > 0) {
      logger.info({ tables: changed.length, compressAfterDays }, 'columnstore policies changed');
    }
  } catch (err) {
    logger.warn({ err }, 'the columnstore policies could not be set');
  }
  await keepPartitionsAhead(storage, (made, err) => {
    if (err !== undefined) logger.warn({ err }, 'partitions could not be made ahead');
    else if (made.length > 0) logger.info({ made }, 'made partitions ahead');
  });
}
