import { Readable } from 'node:stream';
import { Controller, Get, Inject, Post, Req, Res, StreamableFile, UseGuards } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { Faults } from '../domain/faults.js';
import type { MarketSource } from '../domain/market-source.js';
import { planRange } from '../domain/plan-range.js';
import { spoilBytes } from '../domain/spoil-bytes.js';
import { Stalls } from '../domain/stalls.js';
import { streamRange } from '../domain/stream-range.js';
import { ApiKeyGuard } from './api-key.guard.js';
import { FaultGuard } from './fault.guard.js';
import { MARKET_SOURCE } from './market-source.token.js';
import { degradedWarning, parseFields, parseRange, warningHeader } from '@tapeline/historical-api';
import { RequestFields } from './request-fields.js';
import type { Fields } from '@tapeline/historical-api';

const output = z.object({
  encoding: z
    .string()
    .default('csv')
    .refine((name) => name === 'dbn', 'only DBN is sent here: ask with encoding=dbn'),
  compression: z.enum(['zstd', 'none']).default('none'),
});

@Controller('v0')
@UseGuards(ApiKeyGuard, FaultGuard)
export class TimeseriesController {
  constructor(
    @Inject(MARKET_SOURCE) private readonly source: MarketSource,
    private readonly faults: Faults,
    private readonly stalls: Stalls,
  ) {}

  @Get('timeseries.get_range')
  getRange(
    @RequestFields() fields: Fields,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    return this.#stream(fields, request, reply);
  }

  @Post('timeseries.get_range')
  postRange(
    @RequestFields() fields: Fields,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    return this.#stream(fields, request, reply);
  }

  #stream(fields: Fields, request: FastifyRequest, reply: FastifyReply): StreamableFile {
    const { compression } = parseFields(output, fields);
    const plan = planRange(this.source, parseRange(fields));
    const { partial, notFound } = plan.metadata;
    reply.status(partial.length + notFound.length > 0 ? 206 : 200);
    if (plan.degraded.length > 0) {
      reply.header('x-warning', warningHeader([degradedWarning(plan.degraded)]));
    }
    const fault = this.faults.take('stream', 'timeseries.get_range');
    const cutAfterRecords = fault?.cutAfterRecords;
    const bytes = streamRange(this.source, plan, { compression, cutAfterRecords });
    const stall = () => this.stalls.stand('timeseries.get_range', request.raw.socket);
    const sent = fault ? spoilBytes(bytes, fault, stall) : bytes;
    return new StreamableFile(Readable.from(sent, { objectMode: false }), {
      type: 'application/octet-stream',
    });
  }
}
