/** What one answer may take; Infinity where nothing is said. */
export interface AnswerCaps {
  readonly maxRows: number;
  /** As they are sent. */
  readonly maxBytes: number;
  /** By performance.now(). */
  readonly deadline: number;
  /** Counts rows that were sent against the day's quota of their key. */
  readonly spendRows: (rows: number) => void;
}

export const NO_CAPS: AnswerCaps = {
  maxRows: Infinity,
  maxBytes: Infinity,
  deadline: Infinity,
  spendRows: () => undefined,
};

/** The cap that an answer of so much has passed, or undefined. */
export function passedCap(
  caps: AnswerCaps,
  sent: { readonly rows: number; readonly bytes: number },
  now = performance.now(),
): 'max_rows' | 'max_bytes' | 'max_seconds' | undefined {
  if (sent.rows > caps.maxRows) return 'max_rows';
  if (sent.bytes > caps.maxBytes) return 'max_bytes';
  return now > caps.deadline ? 'max_seconds' : undefined;
}
