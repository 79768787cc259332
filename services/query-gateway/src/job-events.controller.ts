import { Controller, Get, Headers, HttpStatus, Param, Res } from '@nestjs/common';
import { readJob, Storage } from '@tapeline/storage';
import type { FastifyReply } from 'fastify';
import { closing } from './closing.js';
import { jobPath } from './domain/job-answer.js';
import { readJobId } from './domain/job-submission.js';
import { readLastEventId } from './domain/last-event-id.js';
import { Problem } from './domain/problem.js';
import { JobBus } from './job-bus.js';
import { Operation } from './openapi/operation.js';
import { eventStream } from './sse/event-stream.js';
import { hasEventWithin, jobEvents, lastEvent } from './sse/job-events.js';

/** How long an address that came with a submission is waited for. */
const FIRST_EVENT_MS = 5_000;

@Controller('v1/jobs')
export class JobEventsController {
  constructor(
    private readonly storage: Storage,
    private readonly bus: JobBus,
  ) {}

  /** What happens to a job, from its first event or from where the client was, to its end. */
  @Get(':id/events')
  @Operation({
    summary: 'Follow the events of a job',
    description:
      'Server-Sent Events, from the first one or after Last-Event-ID, to the one that ends the job; 204 if the client has that one already.',
    role: 'reader',
    path: jobPath,
    answers: { 'text/event-stream': 'text' },
    problems: ['unknown-job', 'bus-unavailable'],
  })
  async events(
    @Param('id') id: string,
    @Headers('last-event-id') lastEventId: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const jobId = readJobId(id);
    const after = readLastEventId(lastEventId);
    const bus = this.bus.connection();
    const signal = closing(reply);
    const last = await lastEvent(bus, jobId);
    const isKnown = last !== undefined || (await readJob(this.storage, jobId)) !== undefined;
    if (!isKnown && !(await hasEventWithin(bus, jobId, FIRST_EVENT_MS, signal))) {
      throw new Problem(
        'unknown-job',
        `nothing has happened to a job '${jobId}'`,
        'A submitted job has its first event when the fetcher takes it; GET /v1/jobs lists the jobs.',
      );
    }
    if (last?.ends && last.sequence <= after) {
      // The answer at which a client's EventSource does not connect again.
      reply.code(HttpStatus.NO_CONTENT);
      return;
    }
    return eventStream(reply, jobEvents(bus, jobId, after, signal));
  }
}
