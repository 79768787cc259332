/** Low 32 bits of a 64-bit value, unsigned. */
export const lowWord = (value: bigint): number => Number(BigInt.asUintN(32, value));

/** High 32 bits of a 64-bit value, unsigned. */
export const highWord = (value: bigint): number => Number(BigInt.asUintN(32, value >> 32n));
