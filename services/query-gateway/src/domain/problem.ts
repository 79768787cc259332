/** A refusal in the form of RFC 9457, which tells the caller what to do. */
export interface ProblemDetails {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly instance: string;
  readonly remedy: string;
  readonly [member: string]: unknown;
}

const TITLES = {
  'invalid-parameters': [400, 'The request has invalid parameters'],
  'impossible-request': [422, 'The request is well formed but cannot be answered'],
  'invalid-command': [422, 'The ingest command is not valid'],
  'unknown-dataset': [404, 'Nothing of this dataset is held'],
  'unknown-symbol': [404, 'A symbol is not known'],
  'unknown-instrument': [404, 'There is no definition of this instrument'],
  'nothing-held': [404, 'Nothing is held in this range'],
  'unknown-job': [404, 'There is no such job'],
  'unknown-record': [404, 'There is no such refused record'],
  'unknown-replay': [404, 'There is no such replay'],
  'replay-exists': [409, 'There is such a replay already'],
  'job-exists': [409, 'There is such a job already'],
  'not-waiting': [409, 'The job does not wait for approval'],
  'not-cancellable': [409, 'The job cannot be cancelled'],
  'unknown-route': [404, 'There is nothing at this address'],
  'key-missing': [401, 'A key is needed'],
  'key-refused': [401, 'The key is not valid'],
  'operator-needed': [403, 'The key may not do this'],
  'too-many-requests': [429, 'There were too many requests'],
  'quota-used-up': [429, 'The quota of the day is used up'],
  'sql-refused': [422, 'The database refuses the statement'],
  'sql-too-large': [422, 'The answer of the statement is too large'],
  'sql-unavailable': [501, 'SQL is not set up'],
  'database-unavailable': [503, 'The database does not answer'],
  'bus-unavailable': [503, 'The message bus does not answer'],
  'not-ready': [503, 'The gateway is not ready'],
  'refused-request': [400, 'The request cannot be read'],
  'internal-error': [500, 'The gateway failed'],
} as const satisfies Record<string, readonly [number, string]>;

export type ProblemKind = keyof typeof TITLES;

/** What a kind of problem says in general. */
export const problemTitle = (kind: ProblemKind): string => TITLES[kind][1];

/** Thrown anywhere below a controller; the problem filter writes it. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly status: number;

  /**
   * @param remedy what the caller can do.
   * @param members further members of the answer, such as the known values.
   */
  constructor(
    readonly kind: ProblemKind,
    detail: string,
    readonly remedy: string,
    readonly members: Readonly<Record<string, unknown>> = {},
    options: { readonly status?: number; readonly cause?: unknown } = {},
  ) {
    super(detail, { cause: options.cause });
    this.status = options.status ?? TITLES[kind][0];
  }

  /** @param instance path of the request. */
  details(instance: string): ProblemDetails {
    return {
      type: `urn:tapeline:problem:${this.kind}`,
      title: TITLES[this.kind][1],
      status: this.status,
      detail: this.message,
      instance,
      remedy: this.remedy,
      ...this.members,
    };
  }
}
