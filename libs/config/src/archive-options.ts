import type { Config } from './load-config.js';

/** The settings that say where Databento's bytes are kept. */
export const ARCHIVE_SETTINGS = [
  'ARCHIVE_FOLDER',
  'ARCHIVE_S3_BUCKET',
  'ARCHIVE_S3_ENDPOINT',
  'ARCHIVE_S3_REGION',
  'ARCHIVE_S3_PREFIX',
] as const;

interface ArchivePlace {
  readonly folder: string;
  readonly s3?: {
    readonly bucket: string;
    readonly endpoint?: string;
    readonly region?: string;
    readonly prefix?: string;
  };
}

/** The archive's place: a folder, or with a bucket's name a bucket; its keys come from where the AWS SDK looks. */
export function archiveOptions(
  config: Pick<Config, (typeof ARCHIVE_SETTINGS)[number]>,
): ArchivePlace {
  const folder = config.ARCHIVE_FOLDER;
  if (config.ARCHIVE_S3_BUCKET === '') return { folder };
  return {
    folder,
    s3: {
      bucket: config.ARCHIVE_S3_BUCKET,
      ...(config.ARCHIVE_S3_ENDPOINT !== '' && { endpoint: config.ARCHIVE_S3_ENDPOINT }),
      ...(config.ARCHIVE_S3_REGION !== '' && { region: config.ARCHIVE_S3_REGION }),
      ...(config.ARCHIVE_S3_PREFIX !== '' && { prefix: config.ARCHIVE_S3_PREFIX }),
    },
  };
}
