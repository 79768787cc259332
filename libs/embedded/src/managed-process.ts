import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, fstatSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { tieToThisProcess } from './lifeline.js';
import { forgetProcess, recordProcess } from './process-record.js';

const POLL_MS = 20;
const FIRST_BACKOFF_MS = 100;
const LAST_BACKOFF_MS = 10_000;
/** Running this long makes the next crash count as the first one again. */
const STABLE_MS = 30_000;
const LOG_TAIL_CHARACTERS = 2_000;

/** What to run and how to know that it works. */
export interface ProcessOptions {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** The whole environment of the process; this process's own when left out. */
  readonly env?: NodeJS.ProcessEnv | undefined;
  readonly cwd?: string | undefined;
  /** Run as this OS user; only root may. */
  readonly user?: { readonly uid: number; readonly gid: number } | undefined;
  /** Receives what the process prints, appended. */
  readonly logFile: string;
  /** Where the process is recorded, so that a later run can find it; see `stopProcesses`. */
  readonly runFolder?: string | undefined;
  /** Start it again when it ends by itself. */
  readonly restart?: boolean | undefined;
  /** Asks the process to end in good order. Default SIGTERM; SIGKILL follows after ten seconds. */
  readonly stopSignal?: NodeJS.Signals | undefined;
  /** Runs before each start. */
  readonly beforeStart?: (() => void | Promise<void>) | undefined;
  /** Polled with the process's id until true; a throw counts as not yet. */
  readonly isReady: (pid: number | undefined) => Promise<boolean>;
  /** Told what the process printed when it ended before it was ready; true starts it once more. */
  readonly retryStart?: ((output: string) => boolean) | undefined;
  /** Default 30,000. */
  readonly readyTimeoutMs?: number | undefined;
  /** Told after every change of state. */
  readonly onChange?: ((status: ProcessStatus) => void) | undefined;
}

export type ProcessState = 'starting' | 'ready' | 'waiting to restart' | 'stopped';

export interface ProcessStatus {
  readonly name: string;
  readonly state: ProcessState;
  readonly ready: boolean;
  readonly pid: number | undefined;
  /** How often it was started again after it had ended by itself. */
  readonly restarts: number;
}

/** A process did not become ready. The message names its log and quotes the end of it. */
export class ProcessStartError extends Error {
  override readonly name = 'ProcessStartError';
  constructor(options: ProcessOptions, what: string, output: string, cause?: unknown) {
    const tail = output.slice(-LOG_TAIL_CHARACTERS).trim();
    const quote = tail === '' ? '' : `; it ends:\n${tail}`;
    super(`${options.name} ${what}. Its log is ${options.logFile}${quote}`, { cause });
  }
}

/** A child process with a known state, restarted when asked to, and ended with this process. */
export class ManagedProcess {
  readonly #options: ProcessOptions;
  readonly #stopping = new AbortController();
  #child: ChildProcess | undefined;
  #exited: Promise<string> = Promise.resolve('was not started');
  #state: ProcessState = 'stopped';
  #restarts = 0;
  #lastError: unknown;
  #logStart = 0;
  #supervision: Promise<void> = Promise.resolve();

  private constructor(options: ProcessOptions) {
    this.#options = options;
  }

  /**
   * Starts a process and resolves once it is ready.
   * @throws ProcessStartError when it ends or stays unready; nothing is left running then.
   */
  static async start(options: ProcessOptions): Promise<ManagedProcess> {
    const managed = new ManagedProcess(options);
    try {
      await managed.#launch();
    } catch (error) {
      await managed.stop();
      throw error;
    }
    managed.#supervision = managed.#supervise();
    return managed;
  }

  get process(): ChildProcess | undefined {
    return this.#child;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  status(): ProcessStatus {
    return {
      name: this.#options.name,
      state: this.#state,
      ready: this.#state === 'ready',
      pid: this.pid,
      restarts: this.#restarts,
    };
  }

  /** Ends the process in good order, and with SIGKILL when that takes longer than ten seconds. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    const child = this.#child;
    if (child !== undefined) {
      child.kill(this.#options.stopSignal ?? 'SIGTERM');
      const force = setTimeout(() => child.kill('SIGKILL'), LAST_BACKOFF_MS);
      await this.#exited;
      clearTimeout(force);
    }
    await this.#supervision;
    this.#setState('stopped');
  }

  /** Sends a signal, as an outside hand would, and resolves when the process has ended. */
  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    const exited = this.#exited;
    this.#child?.kill(signal);
    await exited;
  }

  async #launch(): Promise<void> {
    const options = this.#options;
    const timeoutMs = options.readyTimeoutMs ?? 30_000;
    const deadline = Date.now() + timeoutMs;
    this.#setState('starting');
    for (;;) {
      await options.beforeStart?.();
      this.#spawn();
      if (await this.#becomesReady(deadline)) {
        this.#setState('ready');
        return;
      }
      const output = this.#output();
      if (this.#child !== undefined) {
        const what = `was not ready after ${timeoutMs} ms`;
        throw new ProcessStartError(options, what, output, this.#lastError);
      }
      const retry = options.retryStart?.(output) === true && Date.now() < deadline;
      if (!retry || this.#stopping.signal.aborted) {
        throw new ProcessStartError(options, await this.#exited, output);
      }
      await sleep(FIRST_BACKOFF_MS);
    }
  }

  /** False when the process has ended, or the deadline has passed. */
  async #becomesReady(deadline: number): Promise<boolean> {
    while (this.#child !== undefined && Date.now() < deadline) {
      try {
        if (await this.#options.isReady(this.pid)) {
          return true;
        }
      } catch (error) {
        this.#lastError = error;
      }
      await Promise.race([sleep(POLL_MS), this.#exited]);
    }
    return false;
  }

  #spawn(): void {
    const { name, command, args, env, cwd, user, logFile, runFolder } = this.#options;
    mkdirSync(dirname(logFile), { recursive: true });
    const log = openSync(logFile, 'a');
    this.#logStart = fstatSync(log).size;
    // Its own process group: Ctrl-C in a terminal reaches this process alone, which then stops its
    // children in order.
    const child = spawn(command, args, {
      env: env ?? process.env,
      cwd,
      ...user,
      detached: true,
      stdio: ['ignore', log, log],
    });
    closeSync(log);
    this.#child = child;
    this.#exited = new Promise((resolve) => {
      const ended = (how: string): void => {
        this.#child = undefined;
        if (runFolder !== undefined) {
          forgetProcess(runFolder, name);
        }
        resolve(how);
      };
      child.once('error', (error) => {
        ended(`could not be started: ${error.message}`);
      });
      child.once('exit', (code, signal) => {
        ended(signal === null ? `ended with exit code ${code}` : `was ended by ${signal}`);
      });
    });
    tieToThisProcess(child, this.#options.stopSignal ?? 'SIGTERM');
    if (runFolder !== undefined && child.pid !== undefined) {
      const stopSignal = this.#options.stopSignal ?? 'SIGTERM';
      recordProcess(runFolder, { name, pid: child.pid, stopSignal });
    }
  }

  async #supervise(): Promise<void> {
    let backoffMs = FIRST_BACKOFF_MS;
    while (!this.#stopping.signal.aborted) {
      const startedAt = Date.now();
      await this.#exited;
      if (this.#stopping.signal.aborted || this.#options.restart !== true) {
        break;
      }
      if (Date.now() - startedAt > STABLE_MS) {
        backoffMs = FIRST_BACKOFF_MS;
      }
      this.#setState('waiting to restart');
      await sleep(backoffMs, undefined, { signal: this.#stopping.signal }).catch(() => {
        // Stopped while waiting: the loop ends.
      });
      backoffMs = Math.min(backoffMs * 2, LAST_BACKOFF_MS);
      await this.#relaunch();
    }
    this.#setState('stopped');
  }

  async #relaunch(): Promise<void> {
    if (this.#stopping.signal.aborted) {
      return;
    }
    this.#restarts += 1;
    try {
      await this.#launch();
    } catch {
      // The log holds the reason; the next round tries again.
      this.#child?.kill('SIGKILL');
      await this.#exited;
    }
  }

  /** What the present or last process printed. */
  #output(): string {
    try {
      return readFileSync(this.#options.logFile).toString('utf8', this.#logStart);
    } catch {
      return '';
    }
  }

  #setState(state: ProcessState): void {
    if (this.#state !== state) {
      this.#state = state;
      this.#options.onChange?.(this.status());
    }
  }
}
