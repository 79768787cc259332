import type { Position } from '@tapeline/storage';
import { Problem } from './problem.js';

/** A place in an answer as an opaque text, which means the same for as long as the records stay. */
export const writeCursor = ({ time, ordinal, instrumentId, skip }: Position): string =>
  Buffer.from([time, ordinal, instrumentId, skip].join('.')).toString('base64url');

/** @throws Problem for what no answer gave. */
export function readCursor(text: string): Position {
  const plain = Buffer.from(text, 'base64url').toString('latin1');
  const match = /^(\d{1,19})\.(\d{1,15})\.(\d{1,10})\.(\d{1,15})$/.exec(plain);
  if (match) {
    const [, time = '0', ordinal, instrumentId, skip] = match;
    return {
      time: BigInt(time),
      ordinal: Number(ordinal),
      instrumentId: Number(instrumentId),
      skip: Number(skip),
    };
  }
  throw new Problem(
    'invalid-parameters',
    'cursor is none that an answer gave',
    'Pass next_cursor of the page before as it is, or leave cursor out for the first page.',
  );
}
