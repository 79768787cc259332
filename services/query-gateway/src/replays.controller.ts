import { Controller, Get, Param, Query } from '@nestjs/common';
import { jobIdSchema } from '@tapeline/contracts';
import { readReplay, readReplays, Storage } from '@tapeline/storage';
import { readLimit } from './domain/job-submission.js';
import { Problem } from './domain/problem.js';

@Controller('v1/replays')
export class ReplaysController {
  constructor(private readonly storage: Storage) {}

  /** The latest replays first. */
  @Get()
  async list(@Query() query: Record<string, unknown>) {
    return { replays: await readReplays(this.storage, readLimit(query)) };
  }

  @Get(':id')
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
