import { describeError } from '@tapeline/historical-api';
import type { ErrorAnswer } from '@tapeline/historical-api';
import { ApiError } from '@tapeline/historical-api';
import type { Problem, ProblemKind } from '../domain/problem.js';
import { problemOf } from '../domain/problem-of.js';

/** Databento's own names for what problems have in common with its refusals. */
const CASES: Partial<Record<ProblemKind, readonly [status: number, name: string]>> = {
  'nothing-held': [422, 'data_not_held'],
  'unknown-dataset': [404, 'dataset_not_found'],
  'unknown-symbol': [422, 'symbology_invalid_request'],
  'key-missing': [401, 'auth_authentication_failed'],
  'key-refused': [401, 'auth_authentication_failed'],
};

/**
 * Any error as Databento's API answers it, with the remedy in its message.
 * @param method of the request.
 * @param incident names the log entry of an unexpected error.
 * @returns the problem, too, if it was none of the API's own.
 */
export function historicalError(
  error: unknown,
  method: string,
  incident: string,
): ErrorAnswer & { readonly problem?: Problem } {
  const own = describeError(error, method);
  if (own) return own;
  const problem = problemOf(error, incident);
  const { kind, message, remedy, members } = problem;
  const [status, name] = CASES[kind] ?? [problem.status, kind.replaceAll('-', '_')];
  const text = `${sentence(message)} ${remedy}`;
  return { ...describeError(new ApiError(status, name, text, members), method)!, problem };
}

const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
