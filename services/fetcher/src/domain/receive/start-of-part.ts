import { DbnStream, DbnTruncatedError } from '@tapeline/dbn';
import type { SpooledPart } from './chunk-spool.js';

/** Start of a part's request, ns, or undefined where not even its metadata came. */
export async function startOfPart(part: SpooledPart): Promise<bigint | undefined> {
  try {
    const stream = await DbnStream.open(part.read());
    await stream.close();
    return stream.metadata.start;
  } catch (error) {
    if (error instanceof DbnTruncatedError) return undefined;
    throw error;
  }
}
