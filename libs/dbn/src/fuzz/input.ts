import type { DbnVersion } from '@tapeline/records';
import type { Fragment } from '../fragment.js';

/** One input to be decoded, and the seed of how: of its cuts, its options and what is asked of it. */
export interface FuzzInput {
  readonly bytes: Uint8Array;
  readonly fragment: Fragment | undefined;
  /** Whether it goes through the stream, which decompresses, or straight into the decoder. */
  readonly isStream: boolean;
  readonly seed: number;
}

/** An input as text for the flag `--replay`. */
export function formatInput({ bytes, fragment, isStream, seed }: FuzzInput): string {
  const { version, schema = null, tsOut = false } = fragment ?? {};
  const known = fragment ? `${version},${schema ?? ''},${tsOut ? 1 : 0}` : '';
  return `${isStream ? 'stream' : 'decoder'}:${seed}:${known}:${Buffer.from(bytes).toString('hex')}`;
}

/** The inverse of {@link formatInput}. @throws Error if it is none. */
export function parseInput(text: string): FuzzInput {
  const match = /^(stream|decoder):(-?\d+):(?:([123]),(\d*),([01]))?:([\da-f]*)$/.exec(text);
  if (!match) throw new Error('give --replay what a failure printed');
  const [, route, seed, version, schema, tsOut, hex = ''] = match;
  return {
    bytes: Buffer.from(hex, 'hex'),
    fragment: version
      ? {
          version: Number(version) as DbnVersion,
          schema: schema ? Number(schema) : null,
          tsOut: tsOut === '1',
        }
      : undefined,
    isStream: route === 'stream',
    seed: Number(seed),
  };
}
