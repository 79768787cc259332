import { expect, it } from '@jest/globals';
import { signatures } from './expected-signature.js';

// "Signature Calculation examples" of the Amazon S3 API reference: GET Object, and GET Bucket (list objects).
const SECRET = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';
const EMPTY = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
const headers = {
  host: 'examplebucket.s3.amazonaws.com',
  'x-amz-date': '20130524T000000Z',
  'x-amz-content-sha256': EMPTY,
};
const authorization = (signed: string, signature: string): string =>
  'AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,' +
  `SignedHeaders=${signed},Signature=${signature}`;

it.each([
  [
    '/test.txt',
    { range: 'bytes=0-9' },
    'host;range;x-amz-content-sha256;x-amz-date',
    'f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41',
  ],
  [
    '/?max-keys=2&prefix=J',
    {},
    'host;x-amz-content-sha256;x-amz-date',
    '34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7',
  ],
])('signs %s as Amazon does', (url, more, signed, signature) => {
  const all = { ...headers, ...more, authorization: authorization(signed, signature) };
  expect(signatures({ method: 'GET', url, headers: all }, SECRET)).toEqual({
    accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
    actual: signature,
    expected: signature,
  });
  expect(signatures({ method: 'PUT', url, headers: all }, SECRET)?.expected).not.toBe(signature);
});
