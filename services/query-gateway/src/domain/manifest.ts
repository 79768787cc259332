import type { AnswerHead } from './answer-format.js';
import type { RangeQuery } from '@tapeline/storage';

/** What was asked, and what is known of the answer before its first record. */
export interface AnswerManifest {
  readonly request: RangeQuery;
  readonly answer: AnswerHead;
}

/** The request as it was understood, what its symbols meant, what is missing; with `whole` its origin, too. */
export function manifestOf({ request, answer }: AnswerManifest, whole: boolean) {
  const { provenance } = answer;
  return {
    dataset: request.dataset,
    schema: request.schema,
    stype_in: request.stypeIn,
    start: String(request.start),
    end: String(request.end),
    symbols: Object.fromEntries(
      [...(answer.resolution.intervals ?? [])].map(([symbol, intervals]) => [
        symbol,
        intervals.map(({ d0, d1, instrumentId }) => ({ d0, d1, s: String(instrumentId) })),
      ]),
    ),
    missing: answer.missing.map(({ symbol, instrumentId, start, end }) => ({
      symbol,
      instrument_id: instrumentId,
      start: String(start),
      end: String(end),
    })),
    ...(whole && {
      coverage: answer.missing.length === 0 ? 'complete' : 'partial',
      conditions: provenance.conditions,
      quarantined: provenance.quarantined,
      rules_versions: provenance.rulesVersions,
    }),
  };
}

/** Symbols that the header names; the manifest has them all. */
const MOST_SYMBOLS = 20;

/** The same in short, for a header: JSON on one line, in ASCII. */
export function manifestHeader({ resolution, missing, provenance }: AnswerHead): string {
  const symbols = [...(resolution.intervals ?? [])];
  const text = JSON.stringify({
    coverage: missing.length === 0 ? 'complete' : 'partial',
    missing: missing.length,
    quarantined: provenance.quarantined,
    conditions: provenance.conditions,
    rules_versions: provenance.rulesVersions.slice(0, MOST_SYMBOLS),
    symbols: Object.fromEntries(
      symbols
        .slice(0, MOST_SYMBOLS)
        .map(([symbol, intervals]) => [
          symbol,
          [...new Set(intervals.map(({ instrumentId }) => instrumentId))].slice(0, MOST_SYMBOLS),
        ]),
    ),
    ...(symbols.length > MOST_SYMBOLS && { more_symbols: symbols.length - MOST_SYMBOLS }),
  });
  return text.replaceAll(
    /[^\x20-\x7e]/g,
    (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
