import { ALL_SYMBOLS } from '@tapeline/contracts';
import { formatTimestamp } from '@tapeline/records';
import { anyHeld, heldRanges, heldSchemas, suggestSymbols } from '@tapeline/storage';
import type { RangeQuery, Storage, TimeseriesAnswer, TimeseriesOutcome } from '@tapeline/storage';
import { Problem } from './domain/problem.js';

/** Symbols and ranges that one problem names at most. */
const MOST_NAMED = 10;

/** Why a query could not begin, with what is known instead. */
export async function explainRefusal(
  storage: Storage,
  request: Pick<RangeQuery, 'dataset' | 'stypeIn'>,
  refusal: Exclude<TimeseriesOutcome, TimeseriesAnswer>,
): Promise<Problem> {
  if (refusal.outcome === 'unknown-dataset') {
    const known = refusal.known.join(', ');
    return new Problem(
      'unknown-dataset',
      `nothing of ${request.dataset} is held`,
      known === ''
        ? 'Nothing is held yet: ingest something with POST /v1/jobs.'
        : `The datasets held are ${known}. Others can be ingested with POST /v1/jobs.`,
      { known_datasets: refusal.known },
    );
  }
  const { dataset, stypeIn } = request;
  const unknown = await Promise.all(
    refusal.symbols
      .slice(0, MOST_NAMED)
      .map((symbol) => suggestSymbols(storage, dataset, stypeIn, symbol)),
  );
  const hints = unknown.map(({ symbol, stypes, nearest }) => {
    if (stypes.length > 0) return `'${symbol}' is known with stype_in=${stypes.join(' or ')}`;
    return nearest.length > 0 ? `next to '${symbol}' are ${nearest.join(', ')}` : '';
  });
  const count = unknown[0]?.count ?? 0;
  hints.push(
    count === 0
      ? `no ${stypeIn} of ${dataset} is known: name instruments by stype_in=instrument_id, or ALL_SYMBOLS`
      : `${count} symbols of ${dataset} are known as ${stypeIn}`,
  );
  return new Problem(
    'unknown-symbol',
    `${dataset} has no ${stypeIn} ${refusal.symbols.map((symbol) => `'${symbol}'`).join(', ')}`,
    `${hints.filter((hint) => hint !== '').join('; ')}.`,
    {
      unknown_symbols: refusal.symbols,
      known_symbols: [...new Set(unknown.flatMap(({ nearest }) => nearest))],
    },
  );
}

/** For an answer without records: the problem if nothing of it is held, undefined if it is just quiet. */
export async function explainNothing(
  storage: Storage,
  request: RangeQuery,
  { resolution }: TimeseriesAnswer,
): Promise<Problem | undefined> {
  const { dataset, schema } = request;
  const ids = resolution.intervals
    ? [...resolution.intervals.values()].flat().map(({ instrumentId }) => instrumentId)
    : undefined;
  if (await anyHeld(storage, request, ids)) return undefined;
  const [ranges, schemas] = await Promise.all([
    heldRanges(storage, dataset, schema, undefined, MOST_NAMED),
    heldSchemas(storage, dataset),
  ]);
  const held = ranges.map(({ start, end }) => ({
    start: formatTimestamp(start),
    end: formatTimestamp(end),
  }));
  const symbols = request.symbols.includes(ALL_SYMBOLS) ? 'anything' : request.symbols.join(', ');
  return new Problem(
    'nothing-held',
    `nothing of ${symbols} is held in ${dataset} ${schema} from ${formatTimestamp(request.start)} to ${formatTimestamp(request.end)}`,
    held.length > 0
      ? `Held of ${schema} is ${held.map(({ start, end }) => `${start} to ${end}`).join(', ')} for some of its symbols. Ingest more with POST /v1/jobs.`
      : `Of ${dataset} ${schemas.length > 0 ? `the schemas held are ${schemas.join(', ')}` : 'nothing is complete yet'}. Ingest more with POST /v1/jobs.`,
    { held, held_schemas: schemas },
  );
}
