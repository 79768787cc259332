import { z } from 'zod';
import { Problem } from './problem.js';

/** Rows that an answer may have, which is held in memory as a whole. */
const MOST_ROWS = 100_000;
const MOST_BYTES = 32 * 1024 * 1024;
const MOST_SECONDS = 60;
const LONGEST_SQL = 100_000;

/** The body of `POST /v1/sql`. */
export const sqlBody = z.strictObject({
  sql: z
    .string()
    .min(1, 'is empty')
    .max(LONGEST_SQL, `has at most ${LONGEST_SQL} characters`)
    .refine((text) => !text.includes('\0'), 'holds a NUL')
    .describe('one SELECT, VALUES or TABLE, without a semicolon'),
  limit: z
    .int()
    .min(1)
    .max(MOST_ROWS)
    .default(10_000)
    .describe('most rows; an answer that has more says so'),
  timeout_seconds: z.number().positive().max(MOST_SECONDS).default(30),
  encoding: z.enum(['json', 'ndjson', 'csv']).optional().describe('default: by Accept, else json'),
});

export interface SqlRequest {
  readonly sql: string;
  readonly limits: {
    readonly rows: number;
    readonly bytes: number;
    readonly milliseconds: number;
  };
  readonly encoding: 'json' | 'ndjson' | 'csv';
}

/** Reads the body. @throws Problem that names every fault. */
export function readSqlRequest(body: unknown, accept: string | undefined): SqlRequest {
  const result = sqlBody.safeParse(body);
  if (!result.success) {
    const faults = result.error.issues.map(({ path, message }) =>
      path.length > 0 ? `${path.join('.')}: ${message}` : message,
    );
    throw new Problem(
      'invalid-parameters',
      faults.join('; '),
      'Send {"sql": "SELECT …"}, with limit, timeout_seconds and encoding as you like.',
    );
  }
  const { sql, limit, timeout_seconds: seconds, encoding } = result.data;
  return {
    // A statement is often written with one at its end.
    sql: sql.replace(/;\s*$/, ''),
    limits: { rows: limit, bytes: MOST_BYTES, milliseconds: seconds * 1000 },
    encoding: encoding ?? acceptedEncoding(accept),
  };
}

function acceptedEncoding(accept = ''): SqlRequest['encoding'] {
  if (accept.includes('application/x-ndjson')) return 'ndjson';
  return accept.includes('text/csv') ? 'csv' : 'json';
}
