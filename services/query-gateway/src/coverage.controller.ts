import { Controller, Get, Query } from '@nestjs/common';
import { readCoverage, Storage } from '@tapeline/storage';
import { coverageAnswer } from './domain/coverage-answer.js';
import { coverageParameters, readCoverageRequest } from './domain/coverage-request.js';
import { explainRefusal } from './explain-refusal.js';
import { coverageAnswerSchema } from './openapi/answers/coverage.js';
import { Operation } from './openapi/operation.js';

@Controller('v1/coverage')
export class CoverageController {
  constructor(private readonly storage: Storage) {}

  /** What is held, being fetched and missing, by dataset, schema, symbol and ranges of UTC days. */
  @Get()
  @Operation({
    summary: 'Show what is held, being fetched and missing',
    description:
      'By dataset, schema, symbol and ranges of UTC days. All parameters may be left out.',
    role: 'reader',
    query: coverageParameters,
    answers: { 'application/json': coverageAnswerSchema },
    problems: ['unknown-dataset', 'unknown-symbol', 'impossible-request'],
  })
  async coverage(@Query() parameters: Record<string, unknown>) {
    const { query, limit } = readCoverageRequest(parameters);
    const outcome = await readCoverage(this.storage, query, limit);
    if (outcome.outcome === 'coverage') return coverageAnswer(outcome);
    throw await explainRefusal(
      this.storage,
      { dataset: query.dataset ?? '', stypeIn: query.stypeIn },
      outcome,
    );
  }
}
