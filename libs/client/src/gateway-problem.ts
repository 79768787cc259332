/** What the gateway says of a request that it refuses or cannot answer, RFC 9457. */
export interface ProblemAnswer {
  /** `urn:tapeline:problem:…` */
  readonly type?: string;
  readonly title?: string;
  readonly detail?: string;
  readonly remedy?: string;
  /** Further members, such as the known values. */
  readonly [member: string]: unknown;
}

/** The gateway answered with an error. Its message is the detail, or what was sent in its place. */
export class GatewayProblem extends Error {
  override readonly name = 'GatewayProblem';

  /** @param answer undefined if what came is no problem, as from a proxy. */
  constructor(
    readonly status: number,
    readonly answer: ProblemAnswer | undefined,
    text: string,
  ) {
    super(
      answer
        ? (answer.detail ?? answer.title ?? text)
        : `the gateway answered ${status}: ${text.slice(0, 200)}`,
    );
  }

  /** `unknown-symbol` of `urn:tapeline:problem:unknown-symbol`. */
  get kind(): string | undefined {
    return this.answer?.type?.replace(/^urn:tapeline:problem:/, '');
  }

  /** What the caller can do. */
  get remedy(): string | undefined {
    return this.answer?.remedy;
  }
}

/** Reads the problem out of a response. */
export async function problemOf(response: Response): Promise<GatewayProblem> {
  const text = await response.text();
  return new GatewayProblem(response.status, parseProblem(text), text);
}

function parseProblem(text: string): ProblemAnswer | undefined {
  try {
    const answer: unknown = JSON.parse(text);
    return typeof answer === 'object' && answer !== null ? (answer as ProblemAnswer) : undefined;
  } catch {
    return undefined;
  }
}
