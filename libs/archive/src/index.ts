/**
 * The archive: Databento's bytes of each chunk as received, kept once, so that nothing is bought twice; and
 * the spool, from which a stream that was cut, or a process that was killed, goes on.
 *
 * ```ts
 * const archive = await openArchive({ folder: '.tapeline/archive' });
 * const key = { chunkId, request }; // request: dataset, schema, [start, end) in ns, and whatever it has besides
 *
 * const held = await archive.find(key);
 * if (held) {
 *   for (const part of held.parts) for await (const bytes of part.read()) decode(bytes);
 * } else {
 *   const spool = await archive.spool(key);
 *   for (const part of spool.parts) for await (const bytes of part.read()) decode(bytes); // left by a death
 *   const part = await spool.begin(); // one for each response; a cut stream makes a second one
 *   for await (const bytes of response) await part.write(bytes);
 *   await part.end();
 *   await spool.complete([{ part: part.part, skip: 0, records }]);
 * }
 * ```
 *
 * On disk, below `folder`:
 * ```
 * spool/<chunk id>/<n>.dbn.zst.part                          a chunk that is being received
 * chunks/<dataset>/<schema>/<year>/<chunk id>/manifest.json  a chunk that is whole
 *                                            /<n>.<first 16 digits of the sha256>.dbn.zst
 * ```
 * With `s3` the chunks go below the prefix of a bucket, laid out the same; the spool stays in the folder.
 *
 * A chunk is in the archive exactly when its manifest is, and that is put last, in one step. The spool is
 * removed after it. So a death at any moment leaves the chunk as it was before or whole, and everything that
 * was received. A chunk that is fetched again (a restated day) replaces the former in the same step.
 *
 * Of all processes one at a time may have a chunk's spool; a lock is the caller's affair. Should it fail, the
 * second process finds the spool in use or takes it over, and the other one's next step fails with `busy`.
 *
 * The bucket's key needs s3:ListBucket, s3:GetObject, s3:PutObject, s3:DeleteObject and
 * s3:AbortMultipartUpload. A death amid a large upload leaves pieces that nobody sees and the store charges
 * for: let the bucket abort incomplete multipart uploads after some days (a lifecycle rule).
 */
export { Archive } from './archive.js';
export type { ArchivedChunk, ArchivedPart } from './archive.js';
export { ArchiveError } from './archive-error.js';
export type { ArchiveErrorCode, ArchiveErrorDetails } from './archive-error.js';
export type { ChunkKey, KeptRequest } from './chunk-key.js';
export type { PartCounts } from './complete-chunk.js';
export type { Manifest, PartRecord } from './manifest.js';
export { openArchive } from './open-archive.js';
export type { ArchiveOptions } from './open-archive.js';
export type { PartWriter, WrittenPart } from './part-writer.js';
export type { S3Options } from './s3-options.js';
export type { Spool, SpooledPart } from './spool.js';
export type { Damage, Finding, Problem, VerifyOptions } from './verify-store.js';
