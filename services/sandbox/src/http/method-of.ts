import type { FastifyRequest } from 'fastify';

const DOWNLOAD = /^batch\/download\/[^/]+\/[^/]+\/([^/]+)$/;

/** What a call is named in faults: `timeseries.get_range`; for every download `batch.download`. */
export function methodOf({ url }: Pick<FastifyRequest, 'url'>): {
  method: string;
  filename?: string;
} {
  const [path = ''] = url.split('?');
  const method = path.replace('/v0/', '').replace(/\/$/, '');
  const filename = DOWNLOAD.exec(method)?.[1];
  return filename === undefined
    ? { method }
    : { method: 'batch.download', filename: decodeURIComponent(filename) };
}
