import { createHash, randomUUID } from 'node:crypto';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  HeadObjectCommand,
  PutObjectCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import type { CompletedPart, S3Client } from '@aws-sdk/client-s3';
import { ArchiveError } from './archive-error.js';
import { onDisk } from './explain-file-error.js';
import type { LocalFile } from './store.js';

/** What is held in memory at once, and sent in one request. */
const PIECE_BYTES = 16 << 20;
/** S3 takes 10,000 pieces of one upload. */
const MAX_PIECES = 10_000;
/** Metadata of an object, by which the upload that made it is known. */
const MARK = 'tapeline-upload';

interface ObjectName {
  readonly Bucket: string;
  readonly Key: string;
}

/**
 * Puts a file's bytes, in pieces if it is large; the object is there whole or not at all.
 * @throws ArchiveError if the file is another one than it was; the library's errors.
 */
export async function uploadFile(
  client: S3Client,
  object: ObjectName,
  file: LocalFile,
): Promise<void> {
  await using handle = await onDisk('cannot read', file.path, () => open(file.path, 'r'));
  const hash = createHash('sha256');
  const pieceBytes = Math.max(PIECE_BYTES, Math.ceil(file.bytes / MAX_PIECES));
  const buffer = Buffer.allocUnsafe(Math.min(pieceBytes, file.bytes));
  const take = async (at: number): Promise<Buffer> => {
    const piece = await readPiece(handle, buffer, at, file);
    hash.update(piece);
    return piece;
  };
  const requireSame = (): void => {
    if (hash.digest('hex') !== file.sha256) throw changed(file.path);
  };
  if (file.bytes <= pieceBytes) {
    const Body = await take(0);
    requireSame();
    await client.send(new PutObjectCommand({ ...object, Body }));
    return;
  }
  const mark = randomUUID();
  const { UploadId } = await client.send(
    new CreateMultipartUploadCommand({ ...object, Metadata: { [MARK]: mark } }),
  );
  const upload = { ...object, UploadId };
  try {
    const Parts: CompletedPart[] = [];
    for (let at = 0; at < file.bytes; at += pieceBytes) {
      const PartNumber = Parts.length + 1;
      const Body = await take(at);
      const { ETag } = await client.send(new UploadPartCommand({ ...upload, PartNumber, Body }));
      Parts.push({ PartNumber, ETag });
    }
    requireSame();
    await complete(client, upload, Parts, mark);
  } catch (error) {
    // What has been sent would be paid for; should this fail too, the first error tells more.
    await client.send(new AbortMultipartUploadCommand(upload)).catch(() => undefined);
    throw error;
  }
}

/** Where the answer was lost, the upload is not there any more at the next attempt, and the object is. */
async function complete(
  client: S3Client,
  upload: ObjectName & { readonly UploadId: string | undefined },
  Parts: CompletedPart[],
  mark: string,
): Promise<void> {
  try {
    await client.send(
      new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts } }),
    );
  } catch (error) {
    if ((error as Error).name !== 'NoSuchUpload') throw error;
    const { Bucket, Key } = upload;
    const { Metadata } = await client.send(new HeadObjectCommand({ Bucket, Key }));
    if (Metadata?.[MARK] !== mark) throw error;
  }
}

async function readPiece(
  handle: FileHandle,
  buffer: Buffer,
  at: number,
  { path, bytes }: LocalFile,
): Promise<Buffer> {
  const piece = buffer.subarray(0, Math.min(buffer.length, bytes - at));
  for (let have = 0; have < piece.length;) {
    const { bytesRead } = await onDisk('cannot read', path, () =>
      handle.read(piece, have, piece.length - have, at + have),
    );
    if (bytesRead === 0) throw changed(path);
    have += bytesRead;
  }
  return piece;
}

const changed = (path: string): ArchiveError =>
  new ArchiveError(`${path} has changed while it was stored: who wrote to it?`, {
    code: 'busy',
    where: path,
  });
