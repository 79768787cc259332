import { expect, it } from '@jest/globals';
import * as errors from './errors.js';
import { TimeoutError } from './network-errors.js';
import { DatabentoError } from './databento-error.js';
import { parseError } from './parse-error.js';

const answered = (status: number, body: unknown, retryAfter: string | null = null) =>
  parseError({
    method: 'metadata.get_cost',
    status,
    requestId: 'r-1',
    retryAfter,
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });

const AVAILABLE = {
  available_start: '2010-06-06T00:00:00.000000000Z',
  available_end: '2026-01-29T20:00:00.000000000Z',
};
const availableStart = 1_275_782_400_000_000_000n;
const availableEnd = 1_769_716_800_000_000_000n;

it.each([
  [401, 'auth_authentication_failed', errors.AuthenticationError, /DATABENTO_API_KEY/, {}],
  [402, 'account_insufficient_funds', errors.PaymentRequiredError, /payment method/, {}],
  [403, 'license_not_found_unauthorized', errors.LicenseError, /subscription/, { availableEnd }],
  [
    422,
    'data_end_after_available_end',
    errors.DataEndAfterAvailableEndError,
    /earlier end/,
    { availableEnd },
  ],
  [
    422,
    'data_start_after_available_end',
    errors.DataStartAfterAvailableEndError,
    /get_dataset_range/,
    { availableEnd },
  ],
  [
    422,
    'data_start_before_available_start',
    errors.DataStartBeforeAvailableStartError,
    /later start/,
    { availableStart },
  ],
  [
    422,
    'data_schema_not_fully_available',
    errors.SchemaNotFullyAvailableError,
    /each schema/,
    { availableStart, availableEnd },
  ],
  [
    422,
    'dataset_unavailable_range',
    errors.DatasetUnavailableRangeError,
    /earlier end/,
    { availableEnd },
  ],
  [
    422,
    'data_time_range_start_on_or_after_end',
    errors.InvalidTimeRangeError,
    /before the end/,
    {},
  ],
  [422, 'symbology_invalid_request', errors.SymbologyError, /session/, {}],
  [422, 'symbology_invalid_symbol', errors.SymbologyError, /stype_in/, {}],
  [422, 'something_new', DatabentoError, /refused/, {}],
])('%i %s', (status, name, type, advice, more) => {
  const message = `refused: ${name}`;
  const error = answered(status, { detail: { case: name, message, payload: AVAILABLE } });
  expect(error.constructor).toBe(type);
  expect(error).toMatchObject({
    name: type.name,
    status,
    case: name,
    requestId: 'r-1',
    payload: AVAILABLE,
    retryable: false,
    ...more,
  });
  expect(error.message).toContain(`metadata.get_cost was answered ${status}: ${message}`);
  expect(error.message).toContain('(request r-1)');
  expect(error.message).toMatch(advice);
});

it.each([
  [400, errors.ValidationError, false],
  [401, errors.AuthenticationError, false],
  [402, errors.PaymentRequiredError, false],
  [403, errors.LicenseError, false],
  [404, errors.NotFoundError, false],
  [408, TimeoutError, true],
  [409, DatabentoError, false],
  [410, errors.FilesExpiredError, false],
  [422, DatabentoError, false],
  [429, errors.RateLimitedError, true],
  [500, errors.ServerError, true],
  [501, errors.ServerError, false],
  [502, errors.ServerError, true],
  [503, errors.ServerError, true],
  [504, errors.ServerError, true],
])('%i by its status alone', (status, type, retryable) => {
  for (const body of ['', '<html>', '{"detail":"some text"}', '[1', 'null', '{}']) {
    const error = answered(status, body);
    expect(error.constructor).toBe(type);
    expect(error).toMatchObject({ name: type.name, status, case: null, payload: null, retryable });
  }
  for (const body of ['some text', '{"detail":"some text"}']) {
    expect(answered(status, body).message).toContain(`answered ${status}: some text`);
  }
});

it('names the refused fields', () => {
  const error = answered(422, {
    detail: [
      { loc: ['body', 'schema'], msg: 'unknown schema', type: 'enum' },
      { loc: ['body', 'symbols', 0], msg: 'too long', type: 'length' },
    ],
  });
  expect(error).toBeInstanceOf(errors.ValidationError);
  expect(error).toMatchObject({
    fields: [
      { field: 'body.schema', message: 'unknown schema' },
      { field: 'body.symbols.0', message: 'too long' },
    ],
    message:
      'metadata.get_cost was answered 422: body.schema: unknown schema; body.symbols.0: too long; correct the parameters of the request (request r-1)',
  });
});

it('reads both forms of Retry-After', () => {
  expect(answered(429, '', '7').retryAfterMs).toBe(7_000);
  expect(answered(429, '', '0.25').retryAfterMs).toBe(250);
  expect(answered(429, '', 'Mon, 01 Jan 2024 00:00:00 GMT').retryAfterMs).toBe(0);
  expect(answered(429, '', 'soon').retryAfterMs).toBeNull();
  expect(answered(429, '').retryAfterMs).toBeNull();
});
