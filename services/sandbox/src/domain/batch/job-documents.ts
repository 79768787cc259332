import { datesOf, describeCondition, describeResolution } from '@tapeline/historical-api';
import type { MarketSource } from '../market-source.js';
import type { RangePlan } from '../plan-range.js';
import { resolveRequest } from '../resolve-request.js';
import type { BatchRequest } from './batch-request.js';

export interface JobDocument {
  readonly filename: string;
  readonly text: string;
}

/** The files that describe a job's data: `metadata.json`, `condition.json`, `symbology.json`. */
export function jobDocuments(
  source: MarketSource,
  { query, metadata }: RangePlan,
  request: BatchRequest,
  jobId: string,
): JobDocument[] {
  const { from, to } = datesOf(query);
  const conditions = source
    .conditions(query.dataset)
    .filter(({ date }) => date >= from && date < to)
    .map(describeCondition);
  const { symbols, stypeIn, stypeOut } = request;
  const asked = { symbols, stypeIn, stypeOut, from, to };
  const resolution = resolveRequest(source, query.dataset, asked);
  return [
    { filename: 'metadata.json', text: metadataText(request, metadata, jobId) },
    { filename: 'condition.json', text: JSON.stringify(conditions) },
    {
      filename: 'symbology.json',
      text: JSON.stringify(describeResolution(resolution, asked)),
    },
  ];
}

function metadataText(
  request: BatchRequest,
  { start, end }: RangePlan['metadata'],
  jobId: string,
): string {
  const text = JSON.stringify({
    version: 1,
    job_id: jobId,
    query: {
      dataset: request.dataset,
      schema: request.schema,
      symbols: request.symbols,
      stype_in: request.stypeIn,
      stype_out: request.stypeOut,
      start: `ns:${start}`,
      end: `ns:${end}`,
      limit: request.limit ?? null,
      encoding: request.encoding,
      compression: request.compression,
    },
    customizations: {
      pretty_px: request.prettyPx,
      pretty_ts: request.prettyTs,
      map_symbols: request.mapSymbols,
      split_symbols: request.splitSymbols,
      split_duration: request.splitDuration,
      split_size: request.splitSize,
      packaging: null,
      delivery: 'download',
    },
  });
  // Whole numbers that JSON.stringify cannot write exactly.
  return text.replaceAll(/"ns:(\d+)"/g, '$1');
}
