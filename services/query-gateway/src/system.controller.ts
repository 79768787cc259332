import { Controller, Get } from '@nestjs/common';
import { describeEngine, Storage } from '@tapeline/storage';

@Controller('v1/system')
export class SystemController {
  constructor(private readonly storage: Storage) {}

  /** What the database is, and what is missing of what it could do. */
  @Get()
  async system() {
    return { database: await describeEngine(this.storage.pool) };
  }
}
