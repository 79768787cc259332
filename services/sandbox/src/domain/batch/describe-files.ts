import type { JobFile } from './batch-job.js';

/** Where the files of a job are, as clients see it. */
export interface FilePlace {
  /** Of the API, without `/v0`. */
  readonly baseUrl: string;
  readonly userId: string;
  readonly jobId: string;
}

/** Files in the API's own form. */
export function describeFiles(files: readonly JobFile[], { baseUrl, userId, jobId }: FilePlace) {
  const { hostname } = new URL(baseUrl);
  return files.map(({ filename, size, sha256 }) => {
    const path = [userId, jobId, filename].map(encodeURIComponent).join('/');
    return {
      filename,
      size,
      hash: `sha256:${sha256}`,
      urls: {
        https: `${baseUrl}/v0/batch/download/${path}`,
        ftp: `ftp://${hostname}/${path}`,
      },
    };
  });
}
