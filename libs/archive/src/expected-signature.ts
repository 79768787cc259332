/** For tests: AWS Signature Version 4 from its specification, sharing no code with the client library. */
import { createHash, createHmac } from 'node:crypto';

export interface SignedRequest {
  readonly method: string;
  /** Path and query as sent. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
}

const AUTHORIZATION =
  /^AWS4-HMAC-SHA256 Credential=([^/]+)\/((\d{8})\/([^/]+)\/s3\/aws4_request), ?SignedHeaders=([a-z0-9;-]+), ?Signature=([0-9a-f]{64})$/;

/** The signature that a request carries and the one that it should; undefined if it carries none. */
export function signatures(
  { method, url, headers }: SignedRequest,
  secret: string,
):
  | { readonly accessKeyId: string; readonly actual: string; readonly expected: string }
  | undefined {
  const [, accessKeyId, scope, date, region, signed, actual] =
    AUTHORIZATION.exec(String(headers['authorization'])) ?? [];
  if (!accessKeyId || !scope || !date || !region || !signed || !actual) return undefined;
  const [path = '', query = ''] = url.split('?');
  const canonical = [
    method,
    path,
    query
      .split('&')
      .filter((pair) => pair !== '')
      .map((pair) => (pair.includes('=') ? pair : `${pair}=`))
      .toSorted()
      .join('&'),
    ...signed.split(';').map((name) => `${name}:${String(headers[name]).trim()}`),
    '',
    signed,
    String(headers['x-amz-content-sha256']),
  ].join('\n');
  const digest = createHash('sha256').update(canonical).digest('hex');
  const text = ['AWS4-HMAC-SHA256', headers['x-amz-date'], scope, digest].join('\n');
  const hmac = (key: string | Buffer, part: string): Buffer =>
    createHmac('sha256', key).update(part).digest();
  const key = [date, region, 's3', 'aws4_request'].reduce<Buffer | string>(hmac, `AWS4${secret}`);
  return { accessKeyId, actual, expected: hmac(key, text).toString('hex') };
}
