import { gatewayFetch, GatewayProblem } from '@tapeline/client';
import { CliError } from './cli-error.js';
import type { CoverageAnswer } from './coverage/coverage-answer.js';
import { gatewayKey } from './stack/stack-file.js';

/** A job as the gateway tells it; counts come from the ledger. */
export interface Job {
  readonly job_id: string;
  readonly dataset: string | null;
  readonly schema: string | null;
  readonly symbols: readonly string[];
  readonly state:
    | 'accepted'
    | 'awaiting_approval'
    | 'running'
    | 'cancelling'
    | 'completed'
    | 'failed'
    | 'rejected'
    | 'refused'
    | 'cancelled';
  readonly reason: string | null;
  readonly message: string | null;
  readonly expected: number | null;
  readonly fetched: number;
  readonly stored: number;
  readonly quarantined: number;
  readonly filtered: number;
  /** Rows that the stored ones took the place of. */
  readonly replaced: number;
  /** Whether fetched = stored + quarantined + filtered. */
  readonly holds: boolean;
  readonly seconds: number | null;
  readonly not_found: readonly string[];
  readonly partial: readonly string[];
  readonly quote: JobQuote | null;
  readonly approved_usd: number | null;
  readonly spent_usd: number;
}

interface Quote {
  readonly usd: number;
  readonly records: number;
  readonly bytes: number;
}

/** What the source asks for a job, and for which requests. */
export interface JobQuote extends Quote {
  readonly requests: readonly {
    readonly symbols: readonly string[];
    readonly stype_in: string;
    /** ns since epoch, `[start, end)`. */
    readonly start: string;
    readonly end: string;
    readonly chunks: number;
    readonly quote: Quote;
  }[];
  readonly archived: number;
  readonly some_held: boolean;
}

/** What a person says to a job. */
export type Decision = 'approve' | 'refuse' | 'cancel';

/** Why a job waited, when it was decided of; a cancelled one need not have waited. */
export interface Decided {
  readonly reason?: string | null;
  readonly quote?: JobQuote | null;
}

/** The ledger of spending. */
export interface Costs {
  readonly month: string;
  readonly spent_usd: number;
  readonly committed_usd: number;
  readonly costs: readonly {
    readonly month: string;
    readonly dataset: string;
    readonly schema: string;
    readonly responses: number;
    readonly cut: number;
    readonly records: number;
    readonly repeated: number;
    readonly bytes: number;
    readonly usd: number;
  }[];
}

const MOVING: ReadonlySet<Job['state']> = new Set(['accepted', 'running', 'cancelling']);

/** Whether nothing more happens to the job by itself. */
export const isEnded = (job: Job): boolean => !MOVING.has(job.state);

/** The gateway over HTTP. Its problems become {@link CliError}s with their remedy. */
export class GatewayClient {
  private readonly send: (request: Request) => Promise<Response>;

  /** @param key by default that of TAPELINE_KEY or of the running stack. */
  constructor(
    private readonly url: string,
    private readonly key: string | undefined = gatewayKey(),
  ) {
    // A person who waits is told at once that the gateway has no answer now.
    this.send = gatewayFetch({ key, attempts: 1 });
  }

  submit(command: object): Promise<{ job_id: string }> {
    return this.post('/v1/jobs', command);
  }

  /** The job, or undefined while its first event has not reached the database. */
  job(jobId: string): Promise<Job | undefined> {
    return this.find(`/v1/jobs/${encodeURIComponent(jobId)}`);
  }

  async jobs(): Promise<Job[]> {
    return (await this.get<{ jobs: Job[] }>('/v1/jobs')).jobs;
  }

  /** Says what a person decided of a job that waits, or, to cancel it, of any that has not ended. */
  decide(jobId: string, decision: Decision): Promise<Decided> {
    return this.post(`/v1/jobs/${encodeURIComponent(jobId)}/${decision}`, {});
  }

  costs(): Promise<Costs> {
    return this.get('/v1/costs');
  }

  coverage(parameters: URLSearchParams): Promise<CoverageAnswer> {
    return this.get('/v1/coverage', parameters);
  }

  /** The answer of `/v1/timeseries`, still unread. */
  timeseries(parameters: URLSearchParams): Promise<Response> {
    return this.request(`/v1/timeseries?${parameters.toString()}`);
  }

  /** The JSON at an address. */
  async get<Answer>(path: string, parameters = new URLSearchParams()): Promise<Answer> {
    const query = parameters.size > 0 ? `?${parameters.toString()}` : '';
    return jsonOf(await this.request(`${path}${query}`));
  }

  /** The same, or undefined where there is nothing. */
  async find<Answer>(path: string): Promise<Answer | undefined> {
    try {
      return await this.get(path);
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }

  /** Sends a command. */
  async post<Answer>(path: string, body: object): Promise<Answer> {
    const response = await this.request(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return jsonOf(response);
  }

  private async request(path: string, init: RequestInit = {}): Promise<Response> {
    try {
      return await this.send(new Request(new URL(path, this.url), init));
    } catch (cause) {
      throw new CliError(this.explain(cause), { cause });
    }
  }

  private explain(error: unknown): string {
    if (!(error instanceof GatewayProblem)) {
      return `the gateway at ${this.url} does not answer: 'tapeline status' shows what runs, 'tapeline up' starts it`;
    }
    const isKeyless = error.status === 401 && this.key === undefined;
    return [
      error.message,
      error.remedy,
      isKeyless && 'The command line takes it from TAPELINE_KEY.',
    ]
      .filter(Boolean)
      .join('\n');
  }
}

const isNotFound = (error: unknown): boolean =>
  error instanceof CliError && error.cause instanceof GatewayProblem && error.cause.status === 404;

/** @throws CliError if the answer breaks off. */
async function jsonOf<Answer>(response: Response): Promise<Answer> {
  try {
    return (await response.json()) as Answer;
  } catch (cause) {
    throw new CliError(`the answer of ${response.url} broke off: ${String(cause)}`, { cause });
  }
}
