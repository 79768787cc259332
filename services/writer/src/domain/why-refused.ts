import { ArrowMismatchError } from '@tapeline/records';
import { BatchConflictError, BatchCountError } from '@tapeline/storage';
import { z } from 'zod';

/** Why a message can never be stored, whatever is tried; undefined if another try may help. */
export function whyRefused(error: unknown): { code: string; message: string } | undefined {
  if (
    error instanceof ArrowMismatchError ||
    error instanceof BatchConflictError ||
    error instanceof BatchCountError
  ) {
    return { code: error.code, message: error.message };
  }
  if (error instanceof z.ZodError) {
    return { code: 'bad_header', message: z.prettifyError(error) };
  }
  return undefined;
}
