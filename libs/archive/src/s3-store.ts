import {
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import type { GetObjectCommandOutput } from '@aws-sdk/client-s3';
import { ArchiveError } from './archive-error.js';
import { explainS3Error } from './explain-s3-error.js';
import { checkS3Options } from './s3-options.js';
import type { S3Options } from './s3-options.js';
import { uploadFile } from './s3-upload.js';
import type { LocalFile, Store, StoredFile } from './store.js';

/** Attempts of one request; the library waits between them with jitter. */
const MAX_ATTEMPTS = 5;
/** Without them a server that says nothing would be waited for without end. */
const TIMEOUTS_MS = { connectionTimeout: 10_000, socketTimeout: 60_000 };

/** Chunks in a bucket. Every request's bytes are signed, so that a server refuses those changed on the way. */
export class S3Store implements Store {
  readonly #client: S3Client;
  readonly #bucket: string;
  readonly #prefix: string;

  private constructor(client: S3Client, bucket: string, prefix: string) {
    this.#client = client;
    this.#bucket = bucket;
    this.#prefix = prefix;
  }

  /** Connects and makes sure that the bucket is there. @throws ArchiveError */
  static async open(options: S3Options): Promise<S3Store> {
    checkS3Options(options);
    const { endpoint, region = 'us-east-1', bucket, prefix = '' } = options;
    const { accessKeyId, secretAccessKey } = options;
    const client = new S3Client({
      region,
      ...(endpoint !== undefined && { endpoint }),
      ...(accessKeyId !== undefined &&
        secretAccessKey !== undefined && { credentials: { accessKeyId, secretAccessKey } }),
      forcePathStyle: options.forcePathStyle ?? endpoint !== undefined,
      maxAttempts: MAX_ATTEMPTS,
      requestHandler: TIMEOUTS_MS,
      // SigV4's sha256 guards the bytes; checksums beside it are refused by stores that do not know them.
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
    });
    const folder = prefix === '' || prefix.endsWith('/') ? prefix : `${prefix}/`;
    const store = new S3Store(client, bucket, folder);
    await store.#try('cannot list', '', () =>
      client.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: folder, MaxKeys: 1 })),
    );
    return store;
  }

  where(name: string): string {
    return `s3://${this.#bucket}/${this.#prefix}${name}`;
  }

  putFile(name: string, file: LocalFile): Promise<void> {
    return this.#try('cannot store', name, () =>
      uploadFile(this.#client, this.#object(name), file),
    );
  }

  async putText(name: string, text: string): Promise<void> {
    await this.#try('cannot write', name, () =>
      this.#client.send(
        new PutObjectCommand({
          ...this.#object(name),
          Body: Buffer.from(text),
          ContentType: 'application/json',
        }),
      ),
    );
  }

  async getText(name: string): Promise<string | undefined> {
    const pieces: Uint8Array[] = [];
    try {
      for await (const piece of this.read(name)) pieces.push(piece);
    } catch (error) {
      if ((error as ArchiveError).code === 'not_found') return undefined;
      throw error;
    }
    return Buffer.concat(pieces).toString('utf8');
  }

  /** An answer that breaks off is gone on with where it did, as long as bytes come. */
  async *read(name: string): AsyncGenerator<Uint8Array> {
    let offset = 0;
    let total: number | undefined;
    let fruitless = 0;
    while (total === undefined || offset < total) {
      const before = offset;
      try {
        const { Body, ContentLength = 0 } = await this.#get(name, offset);
        total ??= ContentLength;
        for await (const piece of Body as AsyncIterable<Uint8Array>) {
          offset += piece.length;
          yield piece;
        }
      } catch (error) {
        const explained = explainS3Error(error, 'cannot read', this.where(name));
        if (!explained.retryable || fruitless >= MAX_ATTEMPTS) throw explained;
      }
      fruitless = offset > before ? 0 : fruitless + 1;
      if (fruitless > MAX_ATTEMPTS) throw this.#short(name, offset, total ?? 0);
    }
  }

  async *list(below = ''): AsyncGenerator<StoredFile> {
    const Prefix = `${this.#prefix}${below}${below === '' ? '' : '/'}`;
    let token: string | undefined;
    do {
      const page = await this.#try('cannot list', below, () =>
        this.#client.send(
          new ListObjectsV2Command({
            Bucket: this.#bucket,
            Prefix,
            ...(token !== undefined && { ContinuationToken: token }),
          }),
        ),
      );
      for (const { Key = '', Size = 0 } of page.Contents ?? []) {
        yield { name: Key.slice(this.#prefix.length), bytes: Size };
      }
      token = page.NextContinuationToken;
    } while (token !== undefined);
  }

  async remove(name: string): Promise<void> {
    await this.#try('cannot remove', name, () =>
      this.#client.send(new DeleteObjectCommand(this.#object(name))),
    );
  }

  close(): void {
    this.#client.destroy();
  }

  #get(name: string, offset: number): Promise<GetObjectCommandOutput> {
    return this.#client.send(
      new GetObjectCommand({
        ...this.#object(name),
        ...(offset > 0 && { Range: `bytes=${offset}-` }),
      }),
    );
  }

  #short(name: string, have: number, total: number): ArchiveError {
    const where = this.where(name);
    return new ArchiveError(`cannot read ${where}: no more than ${have} of ${total} bytes came`, {
      code: 'unavailable',
      where,
    });
  }

  #object(name: string): { Bucket: string; Key: string } {
    return { Bucket: this.#bucket, Key: `${this.#prefix}${name}` };
  }

  async #try<T>(doing: string, name: string, step: () => Promise<T>): Promise<T> {
    try {
      return await step();
    } catch (error) {
      if (error instanceof ArchiveError) throw error;
      throw explainS3Error(error, doing, this.where(name));
    }
  }
}
