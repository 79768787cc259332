/**
 * For tests: as much of S3's protocol as the archive speaks, over HTTP, with its objects in memory. Requests
 * must be signed, and bodies be those that were signed. Plays faults on demand.
 */
import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { signatures } from './expected-signature.js';
import type { S3Options } from './s3-options.js';

/** What happens to a request instead of being answered. */
export interface Fault {
  /** Refused with this status and S3's word for it. */
  readonly status?: number;
  readonly code?: string;
  /** The connection is dropped before anything is done. */
  readonly reset?: boolean;
  /** What was asked for is done, this is called, and the answer is lost. */
  readonly lost?: () => void;
  /** The answer breaks off after so many bytes of its body. */
  readonly cutAfter?: number;
  /** One bit of the request's body is changed on its way. */
  readonly flip?: boolean;
}

export interface SeenRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
}

type Play = (request: SeenRequest, number: number) => Fault | undefined;

export interface S3Server extends AsyncDisposable {
  readonly options: S3Options;
  /** The same bucket, each time with another prefix. */
  fresh(): S3Options & { readonly prefix: string };
  /** By key. */
  readonly objects: Map<string, Uint8Array>;
  /** Uploads in pieces that were neither completed nor aborted. */
  readonly uploads: ReadonlyMap<string, unknown>;
  /** In the order of arrival. */
  readonly requests: SeenRequest[];
  /** Asked for a fault at each request; `number` counts from 0 since this was called. */
  intercept(play?: Play): void;
}

const BUCKET = 'tapeline-test';
export const ACCESS_KEY_ID = 'ACCESSKEYOFTESTS';
export const SECRET_ACCESS_KEY = 'secret+access/key=of+the+tests';
/** Objects of one page of a list: few, so that tests turn pages. */
const PAGE = 3;

interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

const refuse = (status: number, code: string): Answer => ({
  status,
  headers: { 'x-amz-request-id': 'request-of-tests' },
  body: `<?xml version="1.0"?><Error><Code>${code}</Code><Message>${code}</Message></Error>`,
});

const etag = (bytes: Uint8Array): string => `"${createHash('md5').update(bytes).digest('hex')}"`;

class Bucket {
  readonly objects = new Map<string, Uint8Array>();
  readonly uploads = new Map<string, Map<number, Uint8Array>>();
  /** Of uploads by id, of objects by key. */
  readonly #metadata = new Map<string, Readonly<Record<string, string>>>();

  answer({ method, url, headers }: SeenRequest, body: Uint8Array): Answer {
    const { pathname, searchParams: query } = new URL(url, 'http://s3');
    const [, bucket, ...path] = pathname.split('/').map(decodeURIComponent);
    if (bucket !== BUCKET) return refuse(404, 'NoSuchBucket');
    const key = path.join('/');
    if (key === '') return method === 'GET' ? this.#list(query) : refuse(405, 'MethodNotAllowed');
    const uploadId = query.get('uploadId');
    if (query.has('uploads')) return this.#create(headers);
    if (uploadId !== null) return this.#upload(method, key, uploadId, query, body);
    if (method === 'PUT') {
      this.objects.set(key, body);
      return { status: 200, headers: { etag: etag(body) } };
    }
    if (method === 'DELETE') {
      this.objects.delete(key);
      return { status: 204 };
    }
    if (method === 'HEAD') return { status: 200, headers: this.#metadata.get(key) ?? {} };
    return this.#get(key, headers.range);
  }

  #get(key: string, range: string | undefined): Answer {
    const bytes = this.objects.get(key);
    if (!bytes) return refuse(404, 'NoSuchKey');
    if (range === undefined) return { status: 200, headers: { etag: etag(bytes) }, body: bytes };
    const from = Number(/^bytes=(\d+)-$/.exec(range)?.[1]);
    if (!(from < bytes.length)) return refuse(416, 'InvalidRange');
    const part = `bytes ${from}-${bytes.length - 1}/${bytes.length}`;
    return { status: 206, headers: { 'content-range': part }, body: bytes.subarray(from) };
  }

  #list(query: URLSearchParams): Answer {
    if (query.get('list-type') !== '2') return refuse(501, 'NotImplemented');
    const after = query.get('continuation-token') ?? '';
    const keys = [...this.objects.keys()]
      .filter((key) => key.startsWith(query.get('prefix') ?? '') && key > after)
      .toSorted();
    const page = keys.slice(0, Math.min(PAGE, Number(query.get('max-keys') ?? PAGE)));
    const isTruncated = keys.length > page.length;
    const contents = page.map(
      (key) =>
        `<Contents><Key>${key}</Key><Size>${this.objects.get(key)?.length}</Size></Contents>`,
    );
    const next = isTruncated ? `<NextContinuationToken>${page.at(-1)}</NextContinuationToken>` : '';
    const body = `<?xml version="1.0"?><ListBucketResult><IsTruncated>${isTruncated}</IsTruncated>${next}${contents.join('')}</ListBucketResult>`;
    return { status: 200, headers: { 'content-type': 'application/xml' }, body };
  }

  #create(headers: SeenRequest['headers']): Answer {
    const id = randomUUID();
    const metadata = Object.entries(headers).filter(([name]) => name.startsWith('x-amz-meta-'));
    this.#metadata.set(
      id,
      Object.fromEntries(metadata.map(([name, value]) => [name, String(value)])),
    );
    this.uploads.set(id, new Map());
    const body = `<?xml version="1.0"?><InitiateMultipartUploadResult><UploadId>${id}</UploadId></InitiateMultipartUploadResult>`;
    return { status: 200, headers: { 'content-type': 'application/xml' }, body };
  }

  #upload(
    method: string,
    key: string,
    id: string,
    query: URLSearchParams,
    body: Uint8Array,
  ): Answer {
    const pieces = this.uploads.get(id);
    if (!pieces) return refuse(404, 'NoSuchUpload');
    if (method === 'PUT') {
      pieces.set(Number(query.get('partNumber')), body);
      return { status: 200, headers: { etag: etag(body) } };
    }
    this.uploads.delete(id);
    if (method === 'DELETE') return { status: 204 };
    const named = [
      ...Buffer.from(body)
        .toString()
        .replaceAll('&quot;', '"')
        .matchAll(/<Part>.*?<\/Part>/gs),
    ].map(([part]) => ({
      number: Number(/<PartNumber>(\d+)</.exec(part)?.[1]),
      tag: /<ETag>([^<]+)</.exec(part)?.[1],
    }));
    const bytes = named.map(({ number }) => pieces.get(number) ?? new Uint8Array());
    // Amazon's least size of all pieces but the last.
    if (bytes.slice(0, -1).some(({ length }) => length < 5 << 20))
      return refuse(400, 'EntityTooSmall');
    if (named.some(({ tag }, index) => tag !== etag(bytes[index] as Uint8Array))) {
      return refuse(400, 'InvalidPart');
    }
    this.objects.set(key, Buffer.concat(bytes));
    this.#metadata.set(key, this.#metadata.get(id) ?? {});
    const done = `<?xml version="1.0"?><CompleteMultipartUploadResult><Key>${key}</Key></CompleteMultipartUploadResult>`;
    return { status: 200, headers: { 'content-type': 'application/xml' }, body: done };
  }
}

/** Starts it on a free port. */
export async function startS3Server(): Promise<S3Server> {
  const bucket = new Bucket();
  const requests: SeenRequest[] = [];
  let play: Play | undefined;
  let number = 0;
  const server = createServer((request, response) => {
    const { method = '', url = '', headers } = request;
    const seen = { method, url, headers };
    requests.push(seen);
    const fault = play?.(seen, number++) ?? {};
    serve(bucket, seen, fault, request, response).catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const options: S3Options = {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    region: 'us-east-1',
    bucket: BUCKET,
    accessKeyId: ACCESS_KEY_ID,
    secretAccessKey: SECRET_ACCESS_KEY,
  };
  let prefixes = 0;
  return {
    options,
    fresh: () => ({ ...options, prefix: `prefix-${prefixes++}/archive` }),
    objects: bucket.objects,
    uploads: bucket.uploads,
    requests,
    intercept(next) {
      play = next;
      number = 0;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

async function serve(
  bucket: Bucket,
  seen: SeenRequest,
  fault: Fault,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = await buffer(request);
  if (fault.flip) body[0] = (body[0] as number) ^ 1;
  if (fault.reset) return void response.destroy();
  const refused =
    fault.status === undefined
      ? refusal(seen, body)
      : refuse(fault.status, fault.code ?? 'InternalError');
  const answer = refused ?? bucket.answer(seen, body);
  if (fault.lost) {
    fault.lost();
    return void response.destroy();
  }
  const bytes = Buffer.from(answer.body ?? '');
  response.writeHead(answer.status, { ...answer.headers, 'content-length': bytes.length });
  if (fault.cutAfter === undefined) response.end(bytes);
  else response.write(bytes.subarray(0, fault.cutAfter), () => response.destroy());
}

function refusal(seen: SeenRequest, body: Uint8Array): Answer | undefined {
  const found = signatures(seen, SECRET_ACCESS_KEY);
  if (!found) return refuse(403, 'AccessDenied');
  if (found.accessKeyId !== ACCESS_KEY_ID) return refuse(403, 'InvalidAccessKeyId');
  if (found.actual !== found.expected) return refuse(403, 'SignatureDoesNotMatch');
  const { 'x-amz-content-sha256': signed, 'content-length': length } = seen.headers;
  if (seen.method === 'PUT' && length === undefined) return refuse(411, 'MissingContentLength');
  const actual = createHash('sha256').update(body).digest('hex');
  return signed === actual ? undefined : refuse(400, 'XAmzContentSHA256Mismatch');
}
