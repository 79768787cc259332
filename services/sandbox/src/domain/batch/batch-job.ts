import { randomInt } from 'node:crypto';
import { utcDate } from '@tapeline/records';
import type { BatchRequest } from './batch-request.js';

export const JOB_STATES = ['queued', 'processing', 'done', 'expired'] as const;
export type JobState = (typeof JOB_STATES)[number];

/** A file of a job, in the folder of the job. */
export interface JobFile {
  readonly filename: string;
  readonly size: number;
  /** Hexadecimal. */
  readonly sha256: string;
}

/** What a job came to. */
export interface JobResult {
  readonly recordCount: number;
  /** Bytes of uncompressed records. */
  readonly billedSize: number;
  readonly costUsd: number;
  /** Bytes of the files with records. */
  readonly actualSize: number;
  /** All files, manifest.json included. */
  readonly files: readonly JobFile[];
}

/** A job and how far it is. Times in ns since epoch. */
export interface BatchJob {
  readonly id: string;
  readonly userId: string;
  readonly request: BatchRequest;
  /** How often it will have to be looked at until it is done. */
  pollsLeft: number;
  /** 0 to 100. */
  progress: number;
  readonly received: bigint;
  processStart: bigint | null;
  processDone: bigint | null;
  result: JobResult | null;
  /** What went wrong here, and should not have. */
  failure: Error | null;
  state: JobState;
}

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';
const ID_LETTERS = 10;

/** An id in Databento's form: `GLBX-20250602-5KM3HL5BUW`. */
export function newJobId(dataset: string, received: bigint): string {
  const letters = Array.from({ length: ID_LETTERS }, () => LETTERS[randomInt(LETTERS.length)]);
  const date = utcDate(received).replaceAll('-', '');
  return `${dataset.split('.')[0]}-${date}-${letters.join('')}`;
}
