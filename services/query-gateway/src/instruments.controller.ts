import { Controller, Get, Param, Query } from '@nestjs/common';
import { readInstruments, Storage } from '@tapeline/storage';
import {
  instrumentAnswer,
  instrumentsAnswerSchema,
  instrumentSchema,
} from './domain/instrument-answer.js';
import {
  instrumentParameters,
  instrumentPath,
  instrumentsParameters,
  readInstrumentRequest,
  readInstrumentsRequest,
} from './domain/instruments-request.js';
import { Problem } from './domain/problem.js';
import { Operation } from './openapi/operation.js';

@Controller('v1/instruments')
export class InstrumentsController {
  constructor(private readonly storage: Storage) {}

  /** Instruments by the definitions that held on a day. */
  @Get()
  @Operation({
    summary: 'Find instruments by their definitions as of a day',
    description:
      'The latest definition up to the end of the UTC day holds. An expired instrument keeps its last one; active=true leaves it out.',
    role: 'reader',
    query: instrumentsParameters,
    answers: { 'application/json': instrumentsAnswerSchema },
    problems: ['impossible-request'],
  })
  async list(@Query() parameters: Record<string, unknown>) {
    const { date, filter, limit, after } = readInstrumentsRequest(parameters);
    // One more than is shown tells whether there are others.
    const found = await readInstruments(this.storage, date, filter, { limit: limit + 1, after });
    const shown = found.slice(0, limit);
    const last = found.length > limit ? shown.at(-1) : undefined;
    return {
      date,
      instruments: shown.map(instrumentAnswer),
      next_cursor: last ? `${last.dataset}:${last.definition['instrument_id']}` : null,
    };
  }

  /** One instrument by its definition of a day. */
  @Get(':dataset/:instrument_id')
  @Operation({
    summary: 'Show an instrument by its definition as of a day',
    role: 'reader',
    path: instrumentPath,
    query: instrumentParameters,
    answers: { 'application/json': instrumentSchema },
    problems: ['unknown-instrument', 'impossible-request'],
  })
  async one(@Param() path: Record<string, unknown>, @Query() parameters: Record<string, unknown>) {
    const { date, filter } = readInstrumentRequest(path, parameters);
    const [instrument] = await readInstruments(this.storage, date, filter, { limit: 1 });
    if (instrument) return instrumentAnswer(instrument);
    throw new Problem(
      'unknown-instrument',
      `${filter.dataset} has no definition of instrument ${filter.instrumentId} up to ${date}`,
      'Definitions come with POST /v1/jobs and "schema": "definition"; GET /v1/instruments finds what is defined.',
    );
  }
}
