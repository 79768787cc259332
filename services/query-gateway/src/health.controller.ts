import { Controller, Get, Header } from '@nestjs/common';
import { Storage } from '@tapeline/storage';
import { Problem } from './domain/problem.js';
import { JobBus } from './job-bus.js';
import { aliveAnswer, readyAnswer } from './openapi/answers/system.js';
import { Operation } from './openapi/operation.js';

@Controller()
export class HealthController {
  constructor(
    private readonly storage: Storage,
    private readonly bus: JobBus,
  ) {}

  /** The process runs. */
  @Get('healthz')
  @Operation({
    summary: 'Say that the process runs',
    role: 'anybody',
    answers: { 'application/json': aliveAnswer },
  })
  alive() {
    return { ok: true };
  }

  /** The database and the bus answer. */
  @Get('readyz')
  @Header('x-process-id', String(process.pid))
  @Operation({
    summary: 'Say whether the database and the bus answer',
    role: 'anybody',
    answers: { 'application/json': readyAnswer },
    problems: ['not-ready'],
  })
  async ready() {
    const [database, bus] = await Promise.all([this.databaseTrouble(), this.bus.trouble()]);
    const checks = { database: database ?? 'ok', bus: bus ?? 'ok' };
    if (database === null && bus === null) return { ok: true, checks };
    throw new Problem(
      'not-ready',
      [database, bus].filter((trouble) => trouble !== null).join('; '),
      'Start what does not answer, or correct its address; queries work without the bus.',
      { checks },
    );
  }

  private async databaseTrouble(): Promise<string | null> {
    try {
      await this.storage.pool.query('SELECT FROM dataset LIMIT 1');
      return null;
    } catch {
      return 'the database does not answer or has no tables';
    }
  }
}
