import { Controller, Get, HttpStatus, Query, Res } from '@nestjs/common';
import { resolveSymbology, Storage } from '@tapeline/storage';
import type { FastifyReply } from 'fastify';
import { Problem } from './domain/problem.js';
import { symbologyAnswer, symbologyAnswerSchema } from './domain/symbology-answer.js';
import { readSymbologyRequest, symbologyParameters } from './domain/symbology-request.js';
import { explainRefusal } from './explain-refusal.js';
import { Operation } from './openapi/operation.js';

@Controller('v1/symbology')
export class SymbologyController {
  constructor(private readonly storage: Storage) {}

  /** What symbols meant on each of the days, as far as is stored; 206 if that is not all. */
  @Get('resolve')
  @Operation({
    summary: 'Tell what symbols meant day by day',
    description:
      'From the symbology that came with the data and from stored definitions: days of which nothing was ingested may be missing. 206 if a symbol means nothing known on some of the days.',
    role: 'reader',
    query: symbologyParameters,
    answers: { 'application/json': symbologyAnswerSchema },
    problems: ['unknown-dataset', 'unknown-symbol', 'impossible-request'],
  })
  async resolve(
    @Query() parameters: Record<string, unknown>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const query = readSymbologyRequest(parameters);
    const outcome = await resolveSymbology(this.storage, query);
    if (outcome.outcome === 'too-many') {
      throw new Problem(
        'impossible-request',
        `the symbols of these days take more than ${outcome.most} intervals`,
        'Name the symbols, or ask for fewer days.',
      );
    }
    if (outcome.outcome !== 'symbology') throw await explainRefusal(this.storage, query, outcome);
    const answer = symbologyAnswer(query, outcome);
    if (answer.status !== 0) reply.code(HttpStatus.PARTIAL_CONTENT);
    return answer;
  }
}
