import { setTimeout as delay } from 'node:timers/promises';
import { BusPublisher, connectBus, provision } from '@tapeline/bus';
import type { Bus } from '@tapeline/bus';
import {
  COMMAND_SUBJECT,
  DECISION_SUBJECT,
  DISCARD_SUBJECT,
  REPLAY_SUBJECT,
} from '@tapeline/contracts';
import type { DiscardCommand, JobDecision, ReplayCommand } from '@tapeline/contracts';
import type { Logger } from '@tapeline/telemetry';
import type { JobSubmission } from './domain/job-submission.js';
import { Problem } from './domain/problem.js';

const CHECK_TIMEOUT_MS = 2_000;

/** The way of commands to the fetcher and the writer. Queries need no bus, so the gateway starts without one. */
export class JobBus {
  #connected: { readonly bus: Bus; readonly publisher: BusPublisher } | undefined;

  /** @param submitTimeoutMs how long a submission waits for the bus to confirm it. */
  constructor(private readonly submitTimeoutMs = 5_000) {}

  /** Resolves once the bus has been found and has its streams. */
  async connect(url: string, logger: Logger, replicas = 1): Promise<void> {
    const bus = await connectBus({
      url,
      name: 'query-gateway',
      replicas,
      onStatus: (status) => logger.info({ status }, 'nats'),
    });
    await provision(bus);
    this.#connected = { bus, publisher: new BusPublisher(bus, logger) };
  }

  /** Resolves once the command is stored. @throws Problem if that takes too long. */
  async submit({ jobId, command, messageId }: JobSubmission): Promise<void> {
    await this.#send(
      COMMAND_SUBJECT,
      command,
      messageId,
      `Send it again with "job_id": "${jobId}": repeated, it makes one job.`,
    );
  }

  /** Resolves once a person's decision is stored. @throws Problem if that takes too long. */
  async decide(decision: JobDecision): Promise<void> {
    const messageId = `decision:${decision.job_id}:${decision.decision}:${Date.now()}`;
    await this.#send(
      DECISION_SUBJECT,
      decision,
      messageId,
      'Say it again: repeated, it changes nothing.',
    );
  }

  /** Resolves once a replay command is stored. @throws Problem if that takes too long. */
  async replay(command: ReplayCommand & { readonly replay_id: string }): Promise<void> {
    const { replay_id: id } = command;
    const remedy = `Send it again with "replay_id": "${id}": repeated, it is one replay.`;
    await this.#send(REPLAY_SUBJECT, command, `replay:${id}`, remedy);
  }

  /** Resolves once a discard command is stored. @throws Problem if that takes too long. */
  async discard(command: DiscardCommand & { readonly discard_id: string }): Promise<void> {
    const remedy = 'Send it again: repeated, it changes nothing more.';
    await this.#send(DISCARD_SUBJECT, command, `discard:${command.discard_id}`, remedy);
  }

  async #send(subject: string, value: object, msgId: string, remedy: string): Promise<void> {
    const payload = Buffer.from(JSON.stringify(value));
    const sent = this.#connected?.publisher.publish(subject, payload, { msgId });
    if (await withinTime(sent, this.submitTimeoutMs)) return;
    const detail = 'the command was not confirmed; it may still be taken when the bus is back';
    const { job_id: jobId } = value as { job_id?: string };
    throw new Problem('bus-unavailable', detail, remedy, { job_id: jobId });
  }

  /** The connection, for those who listen. @throws Problem while there is none. */
  connection(): Bus {
    const bus = this.#connected?.bus;
    if (bus?.connected) return bus;
    throw new Problem(
      'bus-unavailable',
      'the gateway is not connected to the message bus',
      'Try again in a few seconds; /readyz says when it is back.',
    );
  }

  /** Why no command can be sent, or null. */
  async trouble(): Promise<string | null> {
    const answer = this.#connected?.bus.nc.flush();
    const answers = await withinTime(answer, CHECK_TIMEOUT_MS).catch(() => false);
    return answers ? null : 'the bus does not answer';
  }

  async close(): Promise<void> {
    this.#connected?.publisher.close();
    await this.#connected?.bus.close();
  }
}

/** Whether the task comes to its end in time; undefined never does. Rejects if it does in time. */
async function withinTime(task: Promise<void> | undefined, milliseconds: number): Promise<boolean> {
  if (!task) return false;
  const ended = task.then(() => true);
  const timer = new AbortController();
  const late = delay(milliseconds, false, { signal: timer.signal }).catch(() => false);
  try {
    return await Promise.race([ended, late]);
  } finally {
    timer.abort();
    // A task that fails later has been reported as late already.
    ended.catch(() => undefined);
  }
}
