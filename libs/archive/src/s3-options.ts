import { ArchiveError } from './archive-error.js';

/** A bucket of Amazon S3 or of a store that speaks its protocol. */
export interface S3Options {
  /** Such as `https://s3.example.com`; Amazon's own if it is left out. */
  readonly endpoint?: string;
  /** `us-east-1` if it is left out, which stores without regions take. */
  readonly region?: string;
  readonly bucket: string;
  /** Before every key, such as `tapeline/`; a slash is added if it has none. */
  readonly prefix?: string;
  /** Both or neither: without them, they come from where the AWS SDK looks (environment, profile, role). */
  readonly accessKeyId?: string;
  readonly secretAccessKey?: string;
  /** `endpoint/bucket/key` rather than `bucket.endpoint/key`; so by default where an endpoint is given. */
  readonly forcePathStyle?: boolean;
}

/** @throws ArchiveError (`invalid`), without the values of keys. */
export function checkS3Options(options: S3Options): void {
  const { endpoint, bucket, prefix = '', accessKeyId, secretAccessKey } = options;
  if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(bucket)) {
    throw invalid(`${JSON.stringify(bucket)} cannot be the name of a bucket`);
  }
  if (/^\/|\/\/|(?:^|\/)\.{1,2}(?:\/|$)/.test(prefix)) {
    throw invalid(`the prefix ${JSON.stringify(prefix)} must be names with a slash between them`);
  }
  if ((accessKeyId === undefined) !== (secretAccessKey === undefined)) {
    throw invalid('of accessKeyId and secretAccessKey only one is set: set both, or neither');
  }
  if (endpoint === undefined) return;
  const url = URL.parse(endpoint);
  if (url?.protocol !== 'https:' && url?.protocol !== 'http:') {
    throw invalid('the endpoint must be an address that begins with https:// or http://');
  }
  if (url.username !== '' || url.password !== '') {
    throw invalid('keys do not belong into the endpoint: use accessKeyId and secretAccessKey');
  }
}

const invalid = (message: string): ArchiveError =>
  new ArchiveError(`the S3 store is not set up right: ${message}`, {
    code: 'invalid',
    where: null,
  });
