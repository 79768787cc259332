import type { SymbologyAnswer, SymbologyQuery } from '@tapeline/storage';
import { z } from 'zod';

const interval = z.object({
  d0: z.iso.date(),
  d1: z.iso.date().describe('The day after the last one'),
  s: z.string().describe('What the symbol meant, in stype_out'),
});

/** The answer of `GET /v1/symbology/resolve`, in Databento's shape. */
export const symbologyAnswerSchema = z.object({
  result: z
    .record(z.string(), z.array(interval))
    .describe('By requested symbol; of parents by the raw symbols they expand to'),
  symbols: z.array(z.string()),
  stype_in: z.string(),
  stype_out: z.string(),
  start_date: z.iso.date(),
  end_date: z.iso.date(),
  partial: z.array(z.string()).describe('Keys that mean nothing known on some of the days'),
  not_found: z.array(z.string()).describe('Symbols that mean nothing known on any of the days'),
  message: z.enum(['OK', 'Partially resolved', 'Not found']),
  status: z.int().min(0).max(2).describe('0 OK, 1 partially resolved, 2 not found'),
});

/** Symbology as Databento's symbology.resolve answers it. */
export function symbologyAnswer(
  query: SymbologyQuery,
  { result, partial, notFound }: SymbologyAnswer,
): z.output<typeof symbologyAnswerSchema> {
  const status = result.size === 0 ? 2 : partial.length + notFound.length > 0 ? 1 : 0;
  return {
    result: Object.fromEntries([...result].map(([key, intervals]) => [key, [...intervals]])),
    symbols: [...query.symbols],
    stype_in: query.stypeIn,
    stype_out: query.stypeOut,
    start_date: query.from,
    end_date: query.to,
    partial: [...partial],
    not_found: [...notFound],
    message: (['OK', 'Partially resolved', 'Not found'] as const)[status],
    status,
  };
}
