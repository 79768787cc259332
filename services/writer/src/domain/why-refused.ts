import { ArrowMismatchError } from '@tapeline/records';
import { BatchConflictError, BatchMismatchError } from '@tapeline/storage';
import { z } from 'zod';

/**
 * Why a message can never be stored, whatever is tried; undefined if another try may help.
 * @param malformed the code for a message that is not of the form it must have.
 */
export function whyRefused(
  error: unknown,
  malformed: 'bad_header' | 'bad_event',
): { code: string; message: string } | undefined {
  if (
    error instanceof ArrowMismatchError ||
    error instanceof BatchConflictError ||
    error instanceof BatchMismatchError
  ) {
    return { code: error.code, message: error.message };
  }
  if (error instanceof z.ZodError) {
    return { code: malformed, message: z.prettifyError(error) };
  }
  if (error instanceof SyntaxError) {
    return { code: malformed, message: `the payload is no JSON: ${error.message}` };
  }
  return undefined;
}
