import { Body, Controller, Delete, HttpCode, Post } from '@nestjs/common';
import { z } from 'zod';
import { Faults } from '../domain/faults.js';
import { parseFields } from './request-fields.js';
import type { Fields } from './request-fields.js';

const common = { method: z.string().min(1), times: z.int().positive().default(1) };

const faultFields = z.union([
  z
    .strictObject({
      ...common,
      status: z.int().min(400).max(599),
      retry_after: z.number().nonnegative().optional(),
    })
    .transform(({ retry_after: retryAfter, ...rest }) => ({
      kind: 'refuse' as const,
      retryAfter,
      ...rest,
    })),
  z
    .strictObject({
      ...common,
      cut_after_bytes: z.int().nonnegative().optional(),
      delay_ms: z.int().nonnegative().optional(),
    })
    .transform(({ cut_after_bytes: cutAfterBytes, delay_ms: delayMs, ...rest }) => ({
      kind: 'stream' as const,
      cutAfterBytes,
      delayMs,
      ...rest,
    })),
]);

/** Not part of Databento's API: orders trouble for the calls to come. */
@Controller('faults')
export class FaultsController {
  constructor(private readonly faults: Faults) {}

  /** JSON such as `{"method":"timeseries.get_range","times":2,"cut_after_bytes":5000}`. */
  @Post()
  @HttpCode(204)
  add(@Body() body: Fields): void {
    this.faults.add(parseFields(faultFields, body));
  }

  @Delete()
  @HttpCode(204)
  clear(): void {
    this.faults.clear();
  }
}
