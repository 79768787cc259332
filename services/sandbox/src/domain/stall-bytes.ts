/** The bytes of a body that stands still after `after` of them; a shorter one does not. */
export async function* stallBytes(
  bytes: AsyncIterable<Uint8Array>,
  after: number,
  stall: () => Promise<void>,
): AsyncGenerator<Uint8Array> {
  let left = after;
  let hasStood = false;
  for await (const part of bytes) {
    if (hasStood || part.length < left) {
      left -= part.length;
      yield part;
      continue;
    }
    if (left > 0) yield part.subarray(0, left);
    await stall();
    hasStood = true;
    if (left < part.length) yield part.subarray(left);
  }
}
