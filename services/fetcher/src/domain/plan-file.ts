import { chunkId } from '@tapeline/contracts';
import type { ChunkRequest } from '@tapeline/contracts';
import { metadataSymbology } from '@tapeline/storage';
import type { CoverageClaim } from '@tapeline/storage';
import { intervalClaims } from './file-symbology.js';
import { heldRange, instrumentRanges } from './plan-chunks.js';
import type { Claim, ChunkPlan, InstrumentRanges } from './plan-chunks.js';
import type { FileScan } from './scan-file.js';
import { intersect, subtract } from './time-ranges.js';

/**
 * When each instrument of a file is held by it: as its metadata map it, and over the whole range where
 * they do not.
 */
export function fileInstruments(scan: FileScan): InstrumentRanges {
  const mapped = instrumentRanges(intervalClaims(metadataSymbology(scan.metadata)), scan.range);
  for (const id of scan.instrumentIds) if (!mapped.has(id)) mapped.set(id, [scan.range]);
  return mapped;
}

/** Plans the one chunk of a file: its records, less those that other chunks hold or claim. */
export function planFile(scan: FileScan, coverage: readonly CoverageClaim[]): ChunkPlan {
  const instruments = fileInstruments(scan);
  const overlapping = coverage.filter((claim) =>
    [...instruments].some(
      ([id, ranges]) =>
        (claim.instrumentId === id || claim.instrumentId < 0) &&
        ranges.some(
          (range) =>
            // At its end a claim has the first records of a nanosecond, if any.
            intersect(range, claim) ?? (claim.endTies > 0 && claim.end === range.start),
        ),
    ),
  );
  const claims = [...instruments].flatMap(([instrumentId, ranges]): Claim[] => {
    const held = overlapping.filter(
      (claim) => claim.instrumentId === instrumentId || claim.instrumentId < 0,
    );
    return ranges.flatMap((range) =>
      subtract(range, held).map((missing) => ({ instrumentId, ...missing })),
    );
  });
  const pending = overlapping.filter((claim) => claim.chunkState !== 'complete');
  const shared = [...new Set(pending.map((claim) => claim.chunkId))];
  const someHeld = overlapping.some((claim) => claim.chunkState === 'complete');
  if (claims.length === 0) return { chunks: [], shared, someHeld };
  const request: ChunkRequest = {
    source: 'file',
    dataset: scan.metadata.dataset,
    schema: scan.schema.name,
    file_sha256: scan.sha256,
    symbols: scan.metadata.symbols,
    stype_in: scan.stypeIn,
    start: String(scan.range.start),
    end: String(scan.range.end),
    exclude: overlapping
      .flatMap((claim) =>
        claim.instrumentId < 0
          ? [...instruments.keys()].map((instrumentId) => ({ ...claim, instrumentId }))
          : [claim],
      )
      .map(heldRange),
  };
  return { chunks: [{ chunkId: chunkId(request), request, claims }], shared, someHeld };
}
