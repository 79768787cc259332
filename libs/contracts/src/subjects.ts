/** NATS subjects. A dataset's dot is written as a dash, since a dot separates subject tokens. */

export const COMMAND_SUBJECT = 'ingest.command.request';
export const DECISION_SUBJECT = 'ingest.command.decide';
export const REPLAY_SUBJECT = 'ingest.command.replay';
export const DISCARD_SUBJECT = 'ingest.command.discard';

/** Stages through which batches pass, as the second token of their subject. */
export type Stage = 'raw' | 'transformed' | 'validated' | 'quarantined';

/** `md.raw.GLBX-MDP3.trades` */
export const batchSubject = (stage: Stage, dataset: string, schema: string): string =>
  `md.${stage}.${token(dataset)}.${token(schema)}`;

/** `ingest.event.<job>.<event>` */
export const eventSubject = (jobId: string, event: string): string =>
  `ingest.event.${token(jobId)}.${event}`;

/** `dead.<stream>.<consumer>` */
export const deadLetterSubject = (stream: string, consumer: string): string =>
  `dead.${stream}.${consumer}`;

const token = (text: string): string => text.replaceAll(/[.\s*>]/g, '-');
