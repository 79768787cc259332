import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { hasErrorCode } from './error-code.js';
import { processStart } from './process-identity.js';

const STOP_TIMEOUT_MS = 10_000;
const POLL_MS = 20;

/** What a run folder keeps of each process in it, so that a later run can find it again. */
export interface ProcessRecord {
  readonly name: string;
  readonly pid: number;
  /** Tells this process from a later one with the same pid. */
  readonly start: string;
  readonly stopSignal: NodeJS.Signals;
}

/** Writes `<runFolder>/<name>.json`; replaces an earlier record of that name. */
export function recordProcess(runFolder: string, record: Omit<ProcessRecord, 'start'>): void {
  const start = processStart(record.pid);
  if (start === undefined) {
    return;
  }
  mkdirSync(runFolder, { recursive: true });
  const path = recordPath(runFolder, record.name);
  writeFileSync(`${path}.new`, `${JSON.stringify({ ...record, start })}\n`);
  renameSync(`${path}.new`, path);
}

/** Forgets a process that has ended. */
export function forgetProcess(runFolder: string, name: string): void {
  rmSync(recordPath(runFolder, name), { force: true });
}

/** The processes of a run folder that still run. Records of ended ones are removed. */
export function findProcesses(runFolder: string): ProcessRecord[] {
  return readRecords(runFolder).filter((record) => {
    const running = processStart(record.pid) === record.start;
    if (!running) {
      forgetProcess(runFolder, record.name);
    }
    return running;
  });
}

/**
 * Stops every process of a run folder that still runs, e.g. those a killed supervisor left behind,
 * and resolves with their names. A process that only shares the pid is left alone.
 */
export async function stopProcesses(runFolder: string): Promise<string[]> {
  const records = findProcesses(runFolder);
  await Promise.all(
    records.map(async (record) => {
      await stopRecorded(record);
      forgetProcess(runFolder, record.name);
    }),
  );
  return records.map((record) => record.name);
}

async function stopRecorded(record: ProcessRecord): Promise<void> {
  const isRunning = (): boolean => processStart(record.pid) === record.start;
  sendSignal(record.pid, record.stopSignal);
  const deadline = Date.now() + STOP_TIMEOUT_MS;
  while (isRunning() && Date.now() < deadline) {
    await sleep(POLL_MS);
  }
  if (isRunning()) {
    sendSignal(record.pid, 'SIGKILL');
  }
}

function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (!hasErrorCode(error, 'ESRCH')) {
      throw error;
    }
  }
}

function readRecords(runFolder: string): ProcessRecord[] {
  let names: string[];
  try {
    names = readdirSync(runFolder);
  } catch {
    return [];
  }
  return names
    .filter((name) => name.endsWith('.json'))
    .flatMap((name) => {
      const record = parseRecord(readFileSync(join(runFolder, name), 'utf8'));
      return record === undefined ? [] : [record];
    });
}

function parseRecord(text: string): ProcessRecord | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is ProcessRecord {
  return (
    typeof value === 'object' &&
    value !== null &&
    'name' in value &&
    typeof value.name === 'string' &&
    'pid' in value &&
    typeof value.pid === 'number' &&
    'start' in value &&
    typeof value.start === 'string' &&
    'stopSignal' in value &&
    typeof value.stopSignal === 'string'
  );
}

function recordPath(runFolder: string, name: string): string {
  return join(runFolder, `${name}.json`);
}
