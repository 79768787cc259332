import { Body, Controller, Delete, Get, HttpCode, Post, Query } from '@nestjs/common';
import { BatchJobs } from '../batch/batch-jobs.js';
import { Faults } from '../domain/faults.js';
import { RestatedSource } from '../domain/restated-source.js';
import { Stalls } from '../domain/stalls.js';
import { parseFault } from './fault-fields.js';
import type { Fields } from '@tapeline/historical-api';

/** Not part of Databento's API: orders trouble for the calls to come. docs/sandbox.md lists it. */
@Controller('faults')
export class FaultsController {
  constructor(
    private readonly faults: Faults,
    private readonly source: RestatedSource,
    private readonly jobs: BatchJobs,
    private readonly stalls: Stalls,
  ) {}

  /** JSON such as `{"method":"timeseries.get_range","times":2,"cut_after_bytes":5000}`. */
  @Post()
  @HttpCode(204)
  async add(@Body() body: Fields): Promise<void> {
    const order = parseFault(body);
    if (order.kind === 'restate') {
      const { dataset, date, lastModified = Temporal.Now.plainDateISO('UTC').toString() } = order;
      this.source.restate(dataset, date, lastModified);
    } else if (order.kind === 'expire') {
      await this.jobs.expire(order.jobId);
    } else {
      this.faults.add(order);
    }
  }

  /** Forgets the trouble to come and lets calls go on; restated days and expired jobs stay as they are. */
  @Delete()
  @HttpCode(204)
  clear(): void {
    this.faults.clear();
    this.stalls.letGo();
  }

  /** Answered once a call of the method stands still, or so many. */
  @Get('stalled')
  @HttpCode(204)
  reached(@Query('method') method: string, @Query('calls') calls = '1'): Promise<void> {
    return this.stalls.reached(method, Number(calls));
  }

  /** Lets the calls of a method go on, or all. */
  @Delete('stalled')
  @HttpCode(204)
  letGo(@Query('method') method?: string): void {
    this.stalls.letGo(method);
  }
}
