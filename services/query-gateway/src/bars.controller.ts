import { Controller, Get, Inject, Query, Req, Res } from '@nestjs/common';
import type { StreamableFile } from '@nestjs/common';
import { isWhollyHeld, openBars, Storage } from '@tapeline/storage';
import type { BarSource } from '@tapeline/storage';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { answerCaps } from './access/caller.js';
import { answerRange } from './answer-range.js';
import { closing } from './closing.js';
import { barWindows } from './domain/bar-windows.js';
import type { Sessions } from './domain/bar-windows.js';
import { barsParameters, readBarsRequest, SOURCE_SECONDS } from './domain/bars-request.js';
import type { BarsRequest } from './domain/bars-request.js';
import { Problem } from './domain/problem.js';
import { Operation } from './openapi/operation.js';
import { QUERY_STORAGE, TABLE_ANSWERS } from './timeseries.controller.js';

/** Injection token of {@link SessionsOf}. */
export const SESSIONS_OF = Symbol('sessions of a dataset');

/** When a dataset's market is open; undefined where no calendar says. */
export type SessionsOf = (dataset: string) => Sessions | undefined;

@Controller('v1/bars')
export class BarsController {
  constructor(
    @Inject(QUERY_STORAGE) private readonly storage: Storage,
    private readonly lookups: Storage,
    @Inject(SESSIONS_OF) private readonly sessionsOf: SessionsOf,
  ) {}

  /** Bars of any length, from trades or stored bars. */
  @Get()
  @Operation({
    summary: 'Read bars of any length',
    description:
      'Of trades by ts_recv, or of stored bars. A bar is stamped where it begins. Open and close are those of the first and the last trade by time, nanosecond and place in the source; a trade without a price counts in volume and trades only.',
    role: 'reader',
    query: barsParameters,
    answers: TABLE_ANSWERS,
    problems: ['unknown-dataset', 'unknown-symbol', 'nothing-held', 'impossible-request'],
  })
  async read(
    @Query() query: Record<string, unknown>,
    @Req() http: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<StreamableFile> {
    const request = readBarsRequest(query, http.headers.accept);
    const windows = barWindows(request.bars, this.sessionsFor(request));
    const schema = await this.sourceOf(request);
    const { bucket } = request.bars;
    const range = {
      ...request,
      schema,
      windows,
      width: bucket.unit === 'fixed' ? bucket.width : undefined,
    };
    const outcome = await openBars(this.storage, this.lookups, range, closing(reply));
    reply.header('X-Tapeline-Source', schema);
    return answerRange(this.storage, range, outcome, answerCaps(http), reply);
  }

  private sessionsFor({ dataset, bars }: BarsRequest): Sessions | undefined {
    const sessions = this.sessionsOf(dataset);
    if (sessions || (bars.filter === 'all' && bars.bucket.unit !== 'session')) return sessions;
    throw new Problem(
      'impossible-request',
      `no calendar says when the market of ${dataset} is open`,
      'Add one to configs/calendars, or leave session out and take another bucket.',
    );
  }

  /** Stored bars of the very length if all of the range is held of them, and nothing is asked for that they lack. */
  private async sourceOf(request: BarsRequest): Promise<BarSource> {
    const { source, bars, fields } = request;
    if (source !== 'auto') return source;
    const { bucket, filter } = bars;
    if (bucket.unit !== 'fixed' || filter !== 'all') return 'trades';
    if (fields && (fields.has('vwap') || fields.has('trades'))) return 'trades';
    const stored = Object.entries(SOURCE_SECONDS).find(
      ([, seconds]) => seconds * 1_000_000 === bucket.width,
    )?.[0] as BarSource | undefined;
    if (stored === undefined) return 'trades';
    return (await isWhollyHeld(this.storage, { ...request, schema: stored })) ? stored : 'trades';
  }
}
