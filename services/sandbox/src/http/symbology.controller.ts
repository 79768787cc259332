import { Controller, Get, HttpCode, Inject, Post, UseGuards } from '@nestjs/common';
import { z } from 'zod';
import type { MarketSource } from '../domain/market-source.js';
import { findDataset } from '../domain/plan-range.js';
import { resolveSymbols } from '../domain/resolve-symbols.js';
import { ApiKeyGuard } from './api-key.guard.js';
import { FaultGuard } from './fault.guard.js';
import { MARKET_SOURCE } from './market-source.token.js';
import {
  dataset,
  date,
  parseFields,
  RequestFields,
  stypeIn,
  stypeOut,
  symbols,
} from './request-fields.js';
import type { Fields } from './request-fields.js';

const resolveFields = z.object({
  dataset,
  symbols,
  stype_in: stypeIn,
  stype_out: stypeOut,
  start_date: date,
  end_date: date.optional(),
});

@Controller('v0')
@UseGuards(ApiKeyGuard, FaultGuard)
export class SymbologyController {
  constructor(@Inject(MARKET_SOURCE) private readonly source: MarketSource) {}

  @Get('symbology.resolve')
  resolve(@RequestFields() fields: Fields) {
    return this.#resolve(fields);
  }

  @Post('symbology.resolve')
  @HttpCode(200)
  postResolve(@RequestFields() fields: Fields) {
    return this.#resolve(fields);
  }

  #resolve(fields: Fields) {
    const given = parseFields(resolveFields, fields);
    const { name } = findDataset(this.source, given.dataset);
    const from = given.start_date;
    const to = given.end_date ?? Temporal.PlainDate.from(from).add({ days: 1 }).toString();
    const { result, partial, notFound } = resolveSymbols(
      this.source.directory(name),
      this.source.conditions(name),
      { symbols: given.symbols, stypeIn: given.stype_in, stypeOut: given.stype_out, from, to },
    );
    const status = result.size === 0 ? 2 : partial.length + notFound.length > 0 ? 1 : 0;
    return {
      result: Object.fromEntries(
        [...result].map(([key, intervals]) => [
          key,
          intervals.map(({ d0, d1, s }) => ({ d0, d1, s })),
        ]),
      ),
      symbols: given.symbols,
      stype_in: given.stype_in,
      stype_out: given.stype_out,
      start_date: from,
      end_date: to,
      partial,
      not_found: notFound,
      message: ['OK', 'Partially resolved', 'Not found'][status],
      status,
    };
  }
}
