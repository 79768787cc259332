import type { Random } from './draw.js';

/** Spoils bytes, which are its own to change; some take in another input. */
export type Mutation = (bytes: Uint8Array, random: Random, other: Uint8Array) => Uint8Array;
