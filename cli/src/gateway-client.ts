import { CliError } from './cli-error.js';

/** A job as the gateway tells it; counts come from the ledger. */
export interface Job {
  readonly job_id: string;
  readonly dataset: string | null;
  readonly schema: string | null;
  readonly symbols: readonly string[];
  readonly state: 'accepted' | 'running' | 'completed' | 'failed' | 'rejected';
  readonly reason: string | null;
  readonly message: string | null;
  readonly expected: number | null;
  readonly fetched: number;
  readonly stored: number;
  readonly quarantined: number;
  readonly filtered: number;
  /** Whether fetched = stored + quarantined + filtered. */
  readonly holds: boolean;
  readonly seconds: number | null;
  readonly not_found: readonly string[];
  readonly partial: readonly string[];
}

export const isEnded = (job: Job): boolean =>
  job.state === 'completed' || job.state === 'failed' || job.state === 'rejected';

/** The gateway over HTTP. Its problems become {@link CliError}s with their remedy. */
export class GatewayClient {
  constructor(private readonly url: string) {}

  async submit(command: object): Promise<{ job_id: string }> {
    const response = await this.request('/v1/jobs', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(command),
    });
    return (await response.json()) as { job_id: string };
  }

  /** The job, or undefined while its first event has not reached the database. */
  async job(jobId: string): Promise<Job | undefined> {
    const response = await this.request(`/v1/jobs/${encodeURIComponent(jobId)}`, {}, [404]);
    return response.status === 404 ? undefined : ((await response.json()) as Job);
  }

  async jobs(): Promise<Job[]> {
    const response = await this.request('/v1/jobs');
    return ((await response.json()) as { jobs: Job[] }).jobs;
  }

  /** The answer of `/v1/timeseries`, still unread. */
  timeseries(parameters: URLSearchParams): Promise<Response> {
    return this.request(`/v1/timeseries?${parameters.toString()}`);
  }

  private async request(
    path: string,
    init: RequestInit = {},
    expected: readonly number[] = [],
  ): Promise<Response> {
    let response: Response;
    try {
      response = await fetch(new URL(path, this.url), init);
    } catch (cause) {
      throw new CliError(
        `the gateway at ${this.url} does not answer: 'tapeline status' shows what runs, 'tapeline up' starts it`,
        { cause },
      );
    }
    if (response.ok || expected.includes(response.status)) return response;
    throw new CliError(await describeProblem(response));
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
