import { Controller, Get, Query, Res } from '@nestjs/common';
import { Storage } from '@tapeline/storage';
import type { FastifyReply } from 'fastify';
import { closing } from './closing.js';
import { readStreamRequest, streamParameters } from './domain/stream-request.js';
import { JobBus } from './job-bus.js';
import { Operation } from './openapi/operation.js';
import { eventStream } from './sse/event-stream.js';
import { validatedBatches } from './sse/validated-batches.js';

@Controller('v1/stream')
export class StreamController {
  constructor(
    private readonly storage: Storage,
    private readonly bus: JobBus,
  ) {}

  /** Validated batches as they are published, from now on. */
  @Get()
  @Operation({
    summary: 'Follow validated batches as they pass',
    description:
      'Server-Sent Events: open, batch, and missed with the number of batches that a slow client did not take. At most once, without a replay: what must be whole is read with GET /v1/timeseries.',
    role: 'reader',
    query: streamParameters,
    answers: { 'text/event-stream': 'text' },
    problems: ['bus-unavailable', 'impossible-request'],
  })
  stream(@Query() query: Record<string, unknown>, @Res({ passthrough: true }) reply: FastifyReply) {
    const request = readStreamRequest(query);
    const bus = this.bus.connection();
    return eventStream(reply, validatedBatches(bus, this.storage, request, closing(reply)));
  }
}
