/** How an answer in NDJSON ends. */
interface AnswerEnd {
  readonly count: number;
  readonly complete: boolean;
  readonly cut?: string;
}

/** The answer broke off, or was ended by a cap of the key: the records read so far are not all. */
export class CutAnswerError extends Error {
  override readonly name = 'CutAnswerError';
}

/**
 * The records of an answer with `encoding=ndjson`, one after the other at the pace of their reader: prices and times are strings, as sent.
 * A reader that leaves early ends the query.
 * @throws CutAnswerError after the last record, unless the answer says that it is complete.
 */
export async function* readRecords(
  body: ReadableStream<Uint8Array>,
): AsyncGenerator<Readonly<Record<string, unknown>>> {
  let count = 0;
  let held: string | undefined;
  for await (const line of linesOf(body)) {
    // The last line is no record.
    if (held !== undefined) {
      yield JSON.parse(held) as Record<string, unknown>;
      count += 1;
    }
    held = line;
  }
  const end = held === undefined ? undefined : endOf(held);
  if (end === undefined) throw new CutAnswerError(`the answer broke off after ${count} records`);
  if (!end.complete) {
    throw new CutAnswerError(`the answer was cut after ${count} records by ${end.cut}`);
  }
  if (end.count !== count) {
    throw new CutAnswerError(`the answer has ${count} records and says that it has ${end.count}`);
  }
}

function endOf(line: string): AnswerEnd | undefined {
  try {
    const end = JSON.parse(line) as Partial<AnswerEnd>;
    return end.count !== undefined && end.complete !== undefined ? (end as AnswerEnd) : undefined;
  } catch {
    return undefined;
  }
}

/** Lines; what follows the last line break is one too, since a cut may fall anywhere. */
async function* linesOf(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  try {
    for await (const bytes of body) {
      const lines = (rest + decoder.decode(bytes, { stream: true })).split('\n');
      rest = lines.pop() ?? '';
      yield* lines;
    }
  } catch (cause) {
    if (cause instanceof Error && cause.name === 'AbortError') throw cause;
    throw new CutAnswerError('the answer broke off', { cause });
  }
  if (rest !== '') yield rest;
}
