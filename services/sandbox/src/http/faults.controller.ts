import { Body, Controller, Delete, HttpCode, Post } from '@nestjs/common';
import { BatchJobs } from '../batch/batch-jobs.js';
import { Faults } from '../domain/faults.js';
import { RestatedSource } from '../domain/restated-source.js';
import { parseFault } from './fault-fields.js';
import type { Fields } from './request-fields.js';

/** Not part of Databento's API: orders trouble for the calls to come. docs/sandbox.md lists it. */
@Controller('faults')
export class FaultsController {
  constructor(
    private readonly faults: Faults,
    private readonly source: RestatedSource,
    private readonly jobs: BatchJobs,
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

  /** Forgets the trouble to come; restated days and expired jobs stay as they are. */
  @Delete()
  @HttpCode(204)
  clear(): void {
    this.faults.clear();
  }
}
