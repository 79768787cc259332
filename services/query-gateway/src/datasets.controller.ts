import { Controller, Get, Query } from '@nestjs/common';
import { readDatasetSummaries, Storage } from '@tapeline/storage';
import { z } from 'zod';
import { datasetAnswer, datasetsAnswerSchema } from './domain/held-answer.js';
import { readParameters } from './domain/query-parameters.js';
import { Operation } from './openapi/operation.js';

const parameters = z.strictObject({});

@Controller('v1/datasets')
export class DatasetsController {
  constructor(private readonly storage: Storage) {}

  /** What is held, by dataset and schema. */
  @Get()
  @Operation({
    summary: 'List the datasets that are held',
    role: 'reader',
    query: parameters,
    answers: { 'application/json': datasetsAnswerSchema },
  })
  async list(@Query() query: Record<string, unknown>) {
    readParameters(parameters, query, 'there are none');
    return { datasets: (await readDatasetSummaries(this.storage)).map(datasetAnswer) };
  }
}
