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
  /** @param key by default that of TAPELINE_KEY or of the running stack. */
  constructor(
    private readonly url: string,
    private readonly key: string | undefined = gatewayKey(),
  ) {}

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
    const response = await this.request(path, {}, [404]);
    return response.status === 404 ? undefined : jsonOf(response);
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

  private async request(
    path: string,
    init: RequestInit = {},
    expected: readonly number[] = [],
  ): Promise<Response> {
    let response: Response;
    try {
      const headers = new Headers(init.headers);
      if (this.key !== undefined) headers.set('authorization', `Bearer ${this.key}`);
      response = await fetch(new URL(path, this.url), { ...init, headers });
    } catch (cause) {
      throw new CliError(
        `the gateway at ${this.url} does not answer: 'tapeline status' shows what runs, 'tapeline up' starts it`,
        { cause },
      );
    }
    if (response.ok || expected.includes(response.status)) return response;
    const problem = await describeProblem(response);
    const isKeyless = response.status === 401 && this.key === undefined;
    throw new CliError(
      isKeyless ? `${problem}\nThe command line takes it from TAPELINE_KEY.` : problem,
    );
  }
}

/** @throws CliError if the answer breaks off. */
async function jsonOf<Answer>(response: Response): Promise<Answer> {
  try {
    return (await response.json()) as Answer;
  } catch (cause) {
    throw new CliError(`the answer of ${response.url} broke off: ${String(cause)}`, { cause });
  }
}

async function describeProblem(response: Response): Promise<string> {
  const text = await response.text();
  try {
    const { title, detail, remedy } = JSON.parse(text) as Record<string, string | undefined>;
    return [detail ?? title ?? text, remedy].filter(Boolean).join('\n');
  } catch {
    return `the gateway answered ${response.status}: ${text.slice(0, 200)}`;
  }
}
