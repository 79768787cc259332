import { Controller, Get } from '@nestjs/common';
import { readCosts, readMonthSpend, Storage } from '@tapeline/storage';

import { costsAnswer } from './openapi/answers/costs.js';
import { Operation } from './openapi/operation.js';

@Controller('v1/costs')
export class CostsController {
  constructor(private readonly storage: Storage) {}

  /** What was received and paid for, by month, dataset and schema, and what this month still holds. */
  @Get()
  @Operation({
    summary: 'Show what was received and paid for',
    role: 'reader',
    answers: { 'application/json': costsAnswer },
  })
  async costs() {
    const [month, costs] = await Promise.all([
      readMonthSpend(this.storage),
      readCosts(this.storage),
    ]);
    return {
      month: month.month,
      spent_usd: month.spentUsd,
      committed_usd: month.committedUsd,
      costs,
    };
  }
}
