import { Controller, Get, HttpCode, Inject, Post, UseGuards } from '@nestjs/common';
import { z } from 'zod';
import { describeResolution } from '../domain/describe-resolution.js';
import type { MarketSource } from '../domain/market-source.js';
import { findDataset } from '../domain/plan-range.js';
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
    const { symbols, stype_in: stypeIn, stype_out: stypeOut } = given;
    return describeResolution(this.source, name, { symbols, stypeIn, stypeOut, from, to });
  }
}
