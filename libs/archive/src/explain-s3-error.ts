import { ArchiveError } from './archive-error.js';
import type { ArchiveErrorCode } from './archive-error.js';

/** What is read of the client library's errors. They also carry requests and answers, signatures included. */
interface S3Failure {
  readonly name?: string;
  readonly code?: string;
  readonly $metadata?: { readonly httpStatusCode?: number; readonly requestId?: string };
}

const REMEDIES: Readonly<Record<string, string>> = {
  SignatureDoesNotMatch: 'check the secret access key and the region',
  InvalidAccessKeyId: 'check the access key id',
  CredentialsProviderError: 'set accessKeyId and secretAccessKey',
  AccessDenied: 'let this key list, get, put and delete objects of the bucket',
  RequestTimeTooSkewed: "set this machine's clock right",
  NoSuchBucket: 'create the bucket, or correct its name',
  PermanentRedirect: 'set the region of the bucket',
  AuthorizationHeaderMalformed: 'set the region of the bucket',
  XAmzContentSHA256Mismatch: 'the bytes were changed on their way',
};

const PERMISSION = new Set([
  'SignatureDoesNotMatch',
  'InvalidAccessKeyId',
  'CredentialsProviderError',
  'AccessDenied',
]);

/** The network's words for a server that is not to be had. */
const NETWORK = /^(?:E[A-Z_]+|TimeoutError|AbortError|UND_ERR_.+)$/;

/** Says what failed, where and what to do, with nothing of the request in it. */
export function explainS3Error(error: unknown, doing: string, where: string): ArchiveError {
  if (error instanceof ArchiveError) return error;
  const { name = 'Error', code: systemCode, $metadata } = error as S3Failure;
  const status = $metadata?.httpStatusCode;
  const code = classify(name, status, systemCode);
  const said = systemCode === undefined ? name : `${name} ${systemCode}`;
  const facts = [
    said,
    ...(status === undefined ? [] : [`status ${status}`]),
    ...($metadata?.requestId === undefined ? [] : [`request ${$metadata.requestId}`]),
  ].join(', ');
  const remedy =
    REMEDIES[name] ??
    (code === 'unavailable'
      ? 'the store cannot be reached or is busy; try again later'
      : undefined);
  return new ArchiveError(`${doing} ${where}: ${facts}${remedy ? `: ${remedy}` : ''}`, {
    code,
    where,
  });
}

function classify(
  name: string,
  status: number | undefined,
  systemCode: string | undefined,
): ArchiveErrorCode {
  if (PERMISSION.has(name) || status === 401 || status === 403) return 'permission';
  // Not so a bucket that is not there: its chunks are not known to be missing.
  if (name === 'NoSuchKey') return 'not_found';
  if (status === 507) return 'disk_full';
  if (status === 408 || status === 429 || (status !== undefined && status >= 500)) {
    return 'unavailable';
  }
  // Bytes that were changed on their way may arrive the next time.
  if (name === 'XAmzContentSHA256Mismatch' || name === 'BadDigest') return 'unavailable';
  if (NETWORK.test(name) || NETWORK.test(systemCode ?? '')) return 'unavailable';
  return 'refused';
}
