import { Body, Controller, HttpCode, Inject, Post, Req, Res } from '@nestjs/common';
import { runSql, SqlError, SqlTooLargeError, UnsafeSqlRoleError } from '@tapeline/storage';
import type { Storage } from '@tapeline/storage';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { answerCaps } from './access/caller.js';
import { Problem } from './domain/problem.js';
import { readSqlRequest, sqlBody } from './domain/sql-request.js';
import { sqlText } from './domain/sql-text.js';
import { sqlAnswer } from './openapi/answers/sql.js';
import { Operation } from './openapi/operation.js';

/** Injection token of the storage that logs in as a role which can do nothing but read; null if there is none. */
export const SQL_STORAGE = Symbol('sql storage');

const SET_UP =
  'Set GATEWAY_SQL_URL to the database as the role tapeline_sql, which deploy/postgres/010-roles.sh makes.';

@Controller('v1/sql')
export class SqlController {
  constructor(@Inject(SQL_STORAGE) private readonly storage: Storage | null) {}

  /** One statement that only reads. */
  @Post()
  @HttpCode(200)
  @Operation({
    summary: 'Run a statement that only reads',
    description:
      'One SELECT, VALUES or TABLE, in a read-only transaction of a role that can do nothing else. The views that end in _view have prices, times and symbols as people read them.',
    role: 'operator',
    body: sqlBody,
    answers: { 'application/json': sqlAnswer, 'application/x-ndjson': 'text', 'text/csv': 'text' },
    problems: ['sql-refused', 'sql-too-large', 'sql-unavailable'],
  })
  async run(
    @Body() body: unknown,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<string> {
    const { sql, limits, encoding } = readSqlRequest(body, request.headers.accept);
    if (this.storage === null) {
      throw new Problem('sql-unavailable', 'no role for SQL is configured', SET_UP);
    }
    const caps = answerCaps(request);
    const closed = new AbortController();
    reply.raw.once('close', () => closed.abort());
    let answer;
    try {
      answer = await runSql(
        this.storage,
        sql,
        {
          rows: Math.min(limits.rows, caps.maxRows),
          bytes: Math.min(limits.bytes, caps.maxBytes),
          milliseconds: Math.min(limits.milliseconds, caps.deadline - performance.now()),
        },
        closed.signal,
      );
    } catch (error) {
      throw problemOfSql(error);
    }
    caps.spendRows(answer.rows.length);
    const { contentType, text } = sqlText(answer, encoding);
    reply.header('Content-Type', contentType).header('Cache-Control', 'no-store');
    reply.header('X-Complete', String(!answer.isCut));
    return text;
  }
}

/** PostgreSQL's code for a statement that was cancelled, by its timeout for instance. */
const CANCELLED = '57014';

function problemOfSql(error: unknown): unknown {
  if (error instanceof UnsafeSqlRoleError) {
    return new Problem('sql-unavailable', `${error.message}, so it runs nothing`, SET_UP);
  }
  if (error instanceof SqlTooLargeError) {
    return new Problem(
      'sql-too-large',
      `the answer has ${error.message}`,
      'Name fewer columns, add a LIMIT, or aggregate. Downloads of records are at /v1/timeseries.',
    );
  }
  if (!(error instanceof SqlError)) return error;
  const { message: detail, code, position, hint } = error;
  const remedy =
    code === CANCELLED
      ? 'Name instruments and a range of time, or send a larger timeout_seconds, up to 60.'
      : (hint ?? 'Correct the statement: one SELECT, VALUES or TABLE that only reads.');
  return new Problem('sql-refused', detail, remedy, { sqlstate: code, position });
}
