import { expect, it } from '@jest/globals';
import { parseTimestamp } from '@tapeline/records';
import { availableEnd } from './available-end.js';
import { parseError } from './parse-error.js';

const refused = (name: string | null, message: string, payload?: Record<string, unknown>) =>
  availableEnd(
    parseError({
      method: 'timeseries.get_range',
      status: 422,
      requestId: null,
      retryAfter: null,
      body: JSON.stringify({ detail: { case: name, message, payload } }),
    }),
  );

it.each([
  ['the payload', 'data_end_after_available_end', 'no time here', '2026-01-29T20:00:00Z'],
  [
    'the message',
    'data_end_after_available_end',
    "The dataset GLBX.MDP3 has data available up to '2026-01-29 20:00:00+00:00'. The `end` in the query ('2026-02-01 00:00:00+00:00') is after it.",
    undefined,
  ],
  [
    'the message, where the payload has no time',
    'data_end_after_available_end',
    "has data available up to '2026-01-29 20:00:00+00:00'.",
    'soon',
  ],
  [
    'a licence message',
    'dataset_unavailable_range',
    'Part or all of your request requires a subscription. Try again with an end time before 2026-01-29T20:00:00.000000000Z.',
    undefined,
  ],
  [
    'a live licence message',
    'license_not_found_unauthorized',
    'A live data license is required to access GLBX.MDP3 data after 2026-01-29T20:00:00.000000000Z.',
    undefined,
  ],
])('finds the available end in %s', (_, name, message, end) => {
  const found = refused(name, message, end === undefined ? undefined : { available_end: end });
  expect(found).toBe(parseTimestamp('2026-01-29T20:00:00Z'));
});

it('finds none in other errors', () => {
  const end = { available_end: '2026-01-29T20:00:00Z' };
  expect(refused('symbology_invalid_request', 'end time before 2026-01-29T20:00:00Z')).toBeNull();
  expect(refused(null, 'end time before 2026-01-29T20:00:00Z')).toBeNull();
  expect(refused('dataset_unavailable_range', 'no time')).toBeNull();
  // A lower end would leave nothing.
  expect(refused('data_start_after_available_end', 'too late', end)).toBeNull();
  expect(availableEnd(new TypeError('end time before 2026-01-29T20:00:00Z'))).toBeNull();
});
