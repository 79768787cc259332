import { join } from 'node:path';
import { openArchive } from '@tapeline/archive';
import { runService } from '@tapeline/bus';
import { ARCHIVE_SETTINGS, archiveOptions, loadConfig } from '@tapeline/config';
import { HistoricalClient } from '@tapeline/databento';
import { migrateWhenReady, Storage } from '@tapeline/storage';
import { createLogger } from '@tapeline/telemetry';
import { FetchSettings } from './fetch-settings.js';
import { FetcherModule } from './fetcher.module.js';

await runService('fetcher', async () => {
  const config = loadConfig([
    'NATS_URL',
    'NATS_REPLICAS',
    'DATABASE_URL',
    'DATABASE_CONNECTIONS',
    'DATABENTO_API_KEY',
    'DATABENTO_BASE_URL',
    ...ARCHIVE_SETTINGS,
    'BATCH_ABOVE_BYTES',
    'CHUNK_SPANS',
    'MAX_JOB_COST_USD',
    'MONTHLY_BUDGET_USD',
    'HEALTH_HOST',
    'HEALTH_PORT',
    'LOG_LEVEL',
  ]);
  const logger = createLogger('fetcher', config.LOG_LEVEL);
  await migrateWhenReady(config.DATABASE_URL, (err) => logger.warn({ err }, 'no database yet'));
  const storage = Storage.open({
    url: config.DATABASE_URL,
    connections: config.DATABASE_CONNECTIONS,
    onError: (err) => logger.warn({ err }, 'a database connection broke'),
  });
  const client = new HistoricalClient({
    apiKey: config.DATABENTO_API_KEY,
    baseUrl: config.DATABENTO_BASE_URL,
  });
  const archive = await openArchive(archiveOptions(config));
  const settings = new FetchSettings(
    archive,
    { maxJobUsd: config.MAX_JOB_COST_USD, monthlyBudgetUsd: config.MONTHLY_BUDGET_USD },
    config.CHUNK_SPANS,
    { aboveBytes: config.BATCH_ABOVE_BYTES, folder: join(config.ARCHIVE_FOLDER, 'batch') },
  );
  return { config, module: FetcherModule.with(storage, client, settings) };
});
