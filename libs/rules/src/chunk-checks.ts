/**
 * The `chunk:` list of a validation file: what is looked at once all records of a chunk are stored.
 *
 *     chunk:
 *       - { check: monotonic, severity: error }
 *       - { check: price_jump, beyond: 5% }
 */
import { z } from 'zod';
import { SCHEMAS } from '@tapeline/records';
import type { SchemaName } from '@tapeline/records';
import { parseDuration } from './expressions/parse-literal.js';

/** A share as an exact fraction: `2.5%` is 25 / 1000. */
export interface Share {
  readonly numerator: bigint;
  readonly denominator: bigint;
  /** As it was written. */
  readonly text: string;
}

/** Reads `10%`, `2.5%` or `0.1`. @throws RangeError */
export function parseShare(text: string): Share {
  const match = /^(\d+)(?:\.(\d{1,9}))?\s*(%?)$/.exec(text.trim());
  if (!match) throw new RangeError(`'${text}' is not a share: write 10% or 0.1`);
  const [, whole = '', fraction = '', percent] = match;
  const denominator = 10n ** BigInt(fraction.length) * (percent === '%' ? 100n : 1n);
  return { numerator: BigInt(whole + fraction), denominator, text: text.trim() };
}

/** Text that `parse` reads; what it throws becomes the issue. */
const readBy = <Value>(parse: (text: string) => Value) =>
  z.union([z.string(), z.number()]).transform((given, context): Value => {
    try {
      return parse(String(given));
    } catch (error) {
      context.addIssue((error as Error).message);
      return z.NEVER;
    }
  });

const share = readBy(parseShare);
const duration = readBy((text) => {
  const nanoseconds = parseDuration(text);
  if (nanoseconds <= 0n) throw new RangeError(`'${text}' is not a positive duration`);
  return nanoseconds;
});
const preset = (text: string): Share => parseShare(text);

/** warn, unless the file says otherwise. */
const severity = z.enum(['error', 'warn', 'info']).default('warn');

/** The index timestamp never goes back in the source's order, neither within a batch nor between batches. */
const monotonic = z.strictObject({ check: z.literal('monotonic'), severity });

/** Records equal in every column but their position. They are kept: two identical trades may be real. */
const duplicates = z.strictObject({
  check: z.literal('duplicates'),
  severity,
  /** Fewest equal records that are reported. */
  min_multiplicity: z.int().min(2).default(2),
});

/** Silence of an instrument, by its own activity. */
const gaps = z.strictObject({
  check: z.literal('gaps'),
  severity,
  /** Only longer silences are reported: `15m`, `1h30m`. */
  longer_than: duration.default(900_000_000_000n),
  /**
   * Only silences of more than so many times the instrument's typical interval, the 99th percentile of its
   * intervals in the chunk. With fewer than 100 intervals the longest is the percentile, and nothing is reported.
   */
  factor: z.int().min(1).default(10),
});

/** A price far from the instrument's previous one in the chunk. */
const priceJump = z.strictObject({
  check: z.literal('price_jump'),
  severity,
  /** Share of the previous price beyond which a difference is reported. */
  beyond: share.default(preset('10%')),
  /** Whether spreads are looked at, too: around zero any share of the price is soon exceeded. */
  spreads: z.boolean().default(false),
});

/** Bars against the trades of their interval, where both are held. */
const barsAgree = z.strictObject({
  check: z.literal('bars_agree'),
  severity,
  /** Share of the bar's volume by which the sum of the sizes may differ. Prices agree exactly. */
  volume_tolerance: share.default(preset('0%')),
});

/** Settlement prices against the last trade before them, or the close of that day. */
const settlementAgrees = z.strictObject({
  check: z.literal('settlement_agrees'),
  severity,
  /** Ticks of the instrument's definition by which they may differ. */
  ticks: z.int().min(0).default(10),
});

/** Records received against what the source said that there are. */
const countExpected = z.strictObject({
  check: z.literal('count_expected'),
  severity,
  /** Share of the expected count by which they may differ. */
  tolerance: share.default(preset('0%')),
});

const chunkCheckSchema = z.discriminatedUnion('check', [
  monotonic,
  duplicates,
  gaps,
  priceJump,
  barsAgree,
  settlementAgrees,
  countExpected,
]);

/** One check with its parameters: durations in nanoseconds, shares as fractions. */
export type ChunkCheck = z.infer<typeof chunkCheckSchema>;
export type ChunkCheckName = ChunkCheck['check'];
export type ChunkCheckOf<Name extends ChunkCheckName> = Extract<ChunkCheck, { check: Name }>;

/** The whole list, each check at most once. */
export const chunkChecksSchema = z.array(chunkCheckSchema).superRefine((checks, context) => {
  checks.forEach(({ check }, index) => {
    if (checks.findIndex((other) => other.check === check) === index) return;
    const message = `${check} stands in the list twice: its findings are kept under its name`;
    context.addIssue({ code: 'custom', path: [index, 'check'], message });
  });
});

const COMPARED: ReadonlySet<SchemaName> = new Set([
  'trades',
  'ohlcv-1s',
  'ohlcv-1m',
  'ohlcv-1h',
  'ohlcv-1d',
]);

/**
 * Whether a check has anything to look at in records of a schema. A file that asks for another is wrong.
 * Bars of a session (`ohlcv-eod`) are compared with no trades: they do not say when the session is.
 */
export function appliesTo(check: ChunkCheckName, schema: SchemaName): boolean {
  switch (check) {
    case 'monotonic':
    case 'duplicates':
    case 'gaps':
    case 'count_expected':
      return true;
    case 'price_jump':
      return priceColumn(schema) !== undefined;
    case 'bars_agree':
      return COMPARED.has(schema);
    case 'settlement_agrees':
      return schema === 'statistics';
  }
}

/** The column in which `price_jump` follows an instrument's price: of trades, last trades and bars. */
export function priceColumn(schema: SchemaName): 'price' | 'close' | undefined {
  if (schema === 'statistics') return undefined;
  const names = new Set(SCHEMAS[schema].columns.map(({ name }) => name));
  return names.has('price') ? 'price' : names.has('close') ? 'close' : undefined;
}
