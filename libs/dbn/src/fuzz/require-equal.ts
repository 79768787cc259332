import { isDeepStrictEqual } from 'node:util';

/** The decoder did something else than the reference. */
export class FuzzFailure extends Error {
  override readonly name = 'FuzzFailure';
}

/** @throws FuzzFailure if the two differ. */
export function requireEqual(actual: unknown, expected: unknown, what: string): void {
  if (actual === expected || isDeepStrictEqual(actual, expected)) return;
  throw new FuzzFailure(`${what}: ${show(actual)} instead of ${show(expected)}`);
}

/** What JSON has no word for, such as undefined, is shown as it prints. */
const show = (value: unknown): string => {
  const json = JSON.stringify(value, (_, part: unknown) =>
    typeof part === 'bigint' ? `${part}n` : part,
  ) as string | undefined;
  return (json ?? String(value)).slice(0, 500);
};
