/** Numbers in [0, 1): the only source of chance, so that a seed tells everything. */
export type Random = () => number;

/** A whole number from 0 up to, not including, `limit`; 0 where that is 0. */
export const below = (random: Random, limit: number): number => Math.floor(random() * limit);

/** One of several; undefined if there is none. */
export const pick = <T>(random: Random, choices: readonly T[]): T =>
  choices[below(random, choices.length)] as T;

/** As many bytes below `limit` as asked for; few different ones are what zstd can compress. */
export const randomBytes = (random: Random, length: number, limit = 256): Uint8Array<ArrayBuffer> =>
  Uint8Array.from({ length }, () => below(random, limit));
