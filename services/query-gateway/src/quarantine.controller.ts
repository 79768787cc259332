import {
  Body,
  Controller,
  Get,
  HttpCode,
  HttpStatus,
  Param,
  Post,
  Query,
  Res,
} from '@nestjs/common';
import {
  countQuarantine,
  quarantineStats,
  readQuarantine,
  readQuarantinedRecord,
  readReplay,
  Storage,
} from '@tapeline/storage';
import { discardCommandSchema, replayCommandSchema } from '@tapeline/contracts';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { describeRecord } from './domain/describe-record.js';
import { Problem } from './domain/problem.js';
import {
  quarantineParameters,
  quarantineStatsParameters,
  readDiscardSubmission,
  readQuarantineRequest,
  readReplaySubmission,
  readStatsRequest,
} from './domain/quarantine-request.js';
import { JobBus } from './job-bus.js';
import {
  discardAcceptedAnswer,
  quarantineAnswer,
  quarantineStatsAnswer,
  refusedRecordAnswer,
  replayAcceptedAnswer,
} from './openapi/answers/quarantine.js';
import { Operation } from './openapi/operation.js';

const RECORD_ID = /^\d{1,18}$/;

@Controller('v1/quarantine')
export class QuarantineController {
  constructor(
    private readonly storage: Storage,
    private readonly bus: JobBus,
  ) {}

  /** Refused records, the last ones first. */
  @Get()
  @Operation({
    summary: 'List refused records',
    description: 'The last ones first, in pages.',
    role: 'reader',
    query: quarantineParameters,
    answers: { 'application/json': quarantineAnswer },
  })
  async list(@Query() parameters: Record<string, unknown>) {
    const { query, limit, before } = readQuarantineRequest(parameters);
    // One more than is shown tells whether there are others.
    const found = await readQuarantine(this.storage, query, { limit: limit + 1, before });
    const records = found.slice(0, limit);
    return { records, next_cursor: found.length > limit ? records.at(-1)!.id : null };
  }

  /** Refused records counted by cause. */
  @Get('stats')
  @Operation({
    summary: 'Count refused records by cause',
    role: 'reader',
    query: quarantineStatsParameters,
    answers: { 'application/json': quarantineStatsAnswer },
  })
  async stats(@Query() parameters: Record<string, unknown>) {
    const { query, by } = readStatsRequest(parameters);
    return { by, ...(await quarantineStats(this.storage, query, by)) };
  }

  /** One refused record, its prices and times also as people read them. */
  @Get(':id')
  @Operation({
    summary: 'Show a refused record',
    role: 'reader',
    path: z.object({ id: z.string().regex(RECORD_ID) }),
    answers: { 'application/json': refusedRecordAnswer },
    problems: ['unknown-record'],
  })
  async one(@Param('id') id: string) {
    const isId = RECORD_ID.test(id);
    const record = isId ? await readQuarantinedRecord(this.storage, id) : undefined;
    if (record) return { ...record, ...describeRecord(record) };
    throw new Problem(
      'unknown-record',
      `there is no refused record '${id}'`,
      'GET /v1/quarantine?state=all lists them; resolved ones are deleted after the configured time.',
    );
  }

  /** Tries refused records, or whole chunks, under the rules of now; the answer comes when the bus has the command. */
  @Post('replay')
  @HttpCode(HttpStatus.ACCEPTED)
  @Operation({
    summary: 'Try refused records, or whole chunks, under the rules of now',
    role: 'operator',
    body: replayCommandSchema,
    status: HttpStatus.ACCEPTED,
    answers: { 'application/json': replayAcceptedAnswer },
    problems: ['invalid-command', 'replay-exists', 'bus-unavailable'],
  })
  async replay(@Body() body: unknown, @Res({ passthrough: true }) reply: FastifyReply) {
    const command = readReplaySubmission(body);
    const { replay_id: id } = command;
    const link = `/v1/replays/${id}`;
    if (await readReplay(this.storage, id)) {
      throw new Problem(
        'replay-exists',
        `there is a replay '${id}' already`,
        `GET ${link} shows it. Leave replay_id out to make a new one.`,
        { replay_id: id, links: { replay: link } },
      );
    }
    await this.bus.replay(command);
    reply.header('Location', link);
    return { replay_id: id, links: { replay: link } };
  }

  /** Marks open refused records as discarded; the answer comes when the bus has the command. */
  @Post('discard')
  @HttpCode(HttpStatus.ACCEPTED)
  @Operation({
    summary: 'Discard open refused records',
    role: 'operator',
    body: discardCommandSchema,
    status: HttpStatus.ACCEPTED,
    answers: { 'application/json': discardAcceptedAnswer },
    problems: ['invalid-command', 'bus-unavailable'],
  })
  async discard(@Body() body: unknown) {
    const command = readDiscardSubmission(body);
    const matching = await countQuarantine(this.storage, { ...command.filter, state: 'open' });
    await this.bus.discard(command);
    return { discard_id: command.discard_id, matching };
  }
}
