import type { styleText } from 'node:util';
import type { CoverageRange } from './coverage-answer.js';

/** How a day is drawn. */
export interface Mark {
  readonly character: string;
  readonly meaning: string;
  readonly style: Parameters<typeof styleText>[0];
}

const STATES: Readonly<Record<CoverageRange['state'], Mark>> = {
  held: { character: '█', meaning: 'held', style: 'green' },
  held_partly: { character: '▄', meaning: 'held partly', style: 'green' },
  held_quarantined: {
    character: '!',
    meaning: 'held, with quarantined rows inside',
    style: ['bold', 'red'],
  },
  fetching: { character: '▒', meaning: 'being fetched', style: 'cyan' },
  not_bought: { character: '░', meaning: 'not bought', style: 'gray' },
  vendor_missing: { character: '×', meaning: 'vendor missing', style: 'magenta' },
  no_session: { character: '·', meaning: 'no session', style: 'gray' },
  unknown: { character: '?', meaning: 'not held, sessions not asked for', style: 'gray' },
};

const DEGRADED: Mark = { character: 'd', meaning: 'held, degraded', style: 'yellow' };
const STALE: Mark = {
  character: 's',
  meaning: 'held, changed since it was bought',
  style: ['bold', 'yellow'],
};

/** Every mark, in the order of the legend. */
export const MARKS: readonly Mark[] = [
  STATES.held,
  STATES.held_partly,
  DEGRADED,
  STALE,
  STATES.held_quarantined,
  STATES.fetching,
  STATES.not_bought,
  STATES.vendor_missing,
  STATES.no_session,
  STATES.unknown,
];

/** The words for a state. */
export const stateMeaning = (state: CoverageRange['state']): string => STATES[state].meaning;

/** The one mark of a day of which several things may be said: what asks for action goes before. */
export function markOf(range: Pick<CoverageRange, 'state' | 'degraded' | 'stale'>): Mark {
  if (range.state === 'held_quarantined') return STATES.held_quarantined;
  if (range.stale) return STALE;
  if (range.degraded) return DEGRADED;
  return STATES[range.state];
}
