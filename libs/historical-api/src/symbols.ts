import { ALL_SYMBOLS } from '@tapeline/contracts';
import type { StypeIn } from '@tapeline/contracts';
import { ApiError } from './api-error.js';

export type StypeOut = 'instrument_id' | 'raw_symbol';

export interface SymbolsRequest {
  readonly symbols: readonly string[];
  readonly stypeIn: StypeIn;
  readonly stypeOut: StypeOut;
  /** UTC dates, the end exclusive. */
  readonly from: string;
  readonly to: string;
}

/** During the UTC dates `[d0, d1)` a symbol stood for `s`, in the stype asked for. */
export interface MeantInterval {
  readonly d0: string;
  readonly d1: string;
  readonly s: string;
}

export interface Resolution<Interval extends MeantInterval = MeantInterval> {
  /** For parents the keys are the raw symbols they expand to. */
  readonly result: ReadonlyMap<string, readonly Interval[]>;
  /** Keys without an instrument on some of the dates. */
  readonly partial: readonly string[];
  /** Requested symbols without an instrument on any date that has a session. */
  readonly notFound: readonly string[];
}

const OFFERED: Readonly<Record<string, readonly string[]>> = {
  raw_symbol: ['instrument_id'],
  parent: ['instrument_id'],
  continuous: ['instrument_id'],
  instrument_id: ['raw_symbol', 'instrument_id'],
};

const FORM: Readonly<Record<string, RegExp>> = {
  instrument_id: /^\d+$/,
  parent: /^[A-Z0-9]+\.(FUT|OPT|SPOT)$/,
  continuous: /^[A-Z0-9]+\.[cnv]\.\d{1,2}$/,
};

/** @throws ApiError for combinations that are not offered and for malformed symbols. */
export function checkSymbols({
  symbols,
  stypeIn,
  stypeOut,
}: Pick<SymbolsRequest, 'symbols' | 'stypeIn' | 'stypeOut'>): void {
  if (!OFFERED[stypeIn]?.includes(stypeOut)) {
    throw new ApiError(
      422,
      'symbology_invalid_request',
      `Conversion from stype_in='${stypeIn}' to stype_out='${stypeOut}' is not supported.`,
    );
  }
  const malformed = symbols.filter(
    (symbol) => symbol !== ALL_SYMBOLS && !(FORM[stypeIn]?.test(symbol) ?? symbol !== ''),
  );
  if (malformed.length > 0) {
    throw new ApiError(
      422,
      'symbology_invalid_symbol',
      `Invalid format for ${stypeIn} symbols: ${malformed.join(', ')}`,
    );
  }
}

/** The refusal of a request none of whose symbols stands for anything. */
export function noneResolved(
  { stypeIn, symbols }: Pick<SymbolsRequest, 'symbols' | 'stypeIn'>,
  hint = '',
): ApiError {
  const smart = stypeIn === 'parent' || stypeIn === 'continuous';
  const message = smart
    ? `Could not resolve smart symbols: ${symbols.join(', ')}`
    : 'None of the symbols could be resolved';
  return new ApiError(422, 'symbology_invalid_request', message + hint);
}
