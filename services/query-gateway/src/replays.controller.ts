import { Controller, Get, Param, Query } from '@nestjs/common';
import { jobIdSchema } from '@tapeline/contracts';
import { readReplay, readReplays, Storage } from '@tapeline/storage';
import { z } from 'zod';
import { listParameters, readLimit } from './domain/job-submission.js';
import { Problem } from './domain/problem.js';
import { replayAnswer, replaysAnswer } from './openapi/answers/replay.js';
import { Operation } from './openapi/operation.js';

@Controller('v1/replays')
export class ReplaysController {
  constructor(private readonly storage: Storage) {}

  /** The latest replays first. */
  @Get()
  @Operation({
    summary: 'List the replays',
    description: 'The latest first.',
    role: 'reader',
    query: listParameters,
    answers: { 'application/json': replaysAnswer },
  })
  async list(@Query() query: Record<string, unknown>) {
    return { replays: await readReplays(this.storage, readLimit(query)) };
  }

  @Get(':id')
  @Operation({
    summary: 'Show a replay',
    role: 'reader',
    path: z.object({ id: jobIdSchema }),
    answers: { 'application/json': replayAnswer },
    problems: ['unknown-replay'],
  })
  async one(@Param('id') id: string) {
    const isId = jobIdSchema.safeParse(id).success;
    const replay = isId ? await readReplay(this.storage, id) : undefined;
    if (replay) return replay;
    throw new Problem(
      'unknown-replay',
      `there is no replay '${id}'`,
      'A replay submitted just now appears when the fetcher takes it; GET /v1/replays lists them.',
    );
  }
}
