import { DbnError, DbnStream } from '@tapeline/dbn';
import type { DbnErrorCode, DecoderOptions } from '@tapeline/dbn';
import { CliError } from '../cli-error.js';
import { reasonOf } from './input-file.js';
import type { InputFile } from './input-file.js';

/** The options that help, where there are any. */
const HINTS: Partial<Record<DbnErrorCode, string>> = {
  bad_magic: '; --fragment VERSION reads records without metadata',
  unknown_rtype: '; --skip-unknown leaves them out',
};

/** The stream of a file, its metadata read. @throws CliError */
export async function openStream(input: InputFile, options: DecoderOptions): Promise<DbnStream> {
  try {
    return await DbnStream.open(input, options);
  } catch (error) {
    throw inputFault(input, error);
  }
}

/** A fault of the input as a message with its file; other errors as they are. */
export function inputFault({ path }: InputFile, error: unknown): unknown {
  const name = path === '-' ? 'standard input' : path;
  if (error instanceof DbnError) {
    const hint = HINTS[error.code as DbnErrorCode] ?? '';
    return new CliError(`${name}: ${error.message}${hint}`, { cause: error });
  }
  if (error instanceof Error && (error as NodeJS.ErrnoException).syscall === 'read') {
    return new CliError(`cannot read ${name}: ${reasonOf(error)}`, { cause: error });
  }
  return error;
}
