import { Controller, Get } from '@nestjs/common';
import { describeEngine, Storage } from '@tapeline/storage';
import { systemAnswer } from './openapi/answers/system.js';
import { Operation } from './openapi/operation.js';

@Controller('v1/system')
export class SystemController {
  constructor(private readonly storage: Storage) {}

  /** What the database is, and what is missing of what it could do. */
  @Get()
  @Operation({
    summary: 'Describe the database',
    role: 'reader',
    answers: { 'application/json': systemAnswer },
  })
  async system() {
    return { database: await describeEngine(this.storage.pool) };
  }
}
