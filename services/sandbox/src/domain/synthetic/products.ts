/** The products of the synthetic markets. The facts about contracts are the exchanges' own. */
import type { TradingHours } from './sessions.js';

/** How a product's contract months expire. */
export type ExpiryRule =
  /** Third Friday of the month. */
  | 'third-friday'
  /** Three business days before the 25th of the month before. */
  | 'crude'
  /** A number of business days before the month begins. */
  | { readonly businessDaysBefore: number };

export interface FuturesTerms {
  /** Months that have contracts, from 1. */
  readonly months: readonly number[];
  readonly expiry: ExpiryRule;
  /** Local time at which a contract's last trading ends. */
  readonly expiryTime: string;
  /** Days before expiry at which trading moves to the next contract. */
  readonly rollDays: number;
  /** Relative price change for each year further out. */
  readonly carry: number;
  readonly multiplier: number;
  readonly unit: string;
  readonly exchange: string;
  readonly group: string;
  readonly openInterest: number;
}

export interface Product {
  /** Root of futures symbols, or the stock's own. */
  readonly root: string;
  readonly number: number;
  /** Smallest price step in units of 1e-9. */
  readonly tick: number;
  /** Price, in units of 1e-9, around which the market moves. */
  readonly level: number;
  /** Deviation of a day's relative price change. */
  readonly volatility: number;
  /** Trades in a session of the most active instrument, relative to the setting. */
  readonly activity: number;
  readonly hours: TradingHours;
  /** Null for a stock. */
  readonly futures: FuturesTerms | null;
}

export interface DatasetTerms {
  readonly name: string;
  readonly publisherId: number;
  readonly venue: string;
  readonly description: string;
  readonly products: readonly Product[];
}

const NANO = 1e9;
const EVERY_MONTH = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];

type Steps = readonly (readonly [time: string, weight: number])[];

const profile = (evening: Steps, day: Steps): TradingHours['profile'] => [
  ...evening.map(([time, weight]) => ({ day: -1 as const, time, weight })),
  ...day.map(([time, weight]) => ({ day: 0 as const, time, weight })),
];

const globex = (settle: string, steps: TradingHours['profile']): TradingHours => ({
  timeZone: 'America/Chicago',
  profile: steps,
  close: '16:00',
  earlyClose: '12:00',
  settle,
});

const indexHours = globex(
  '15:00',
  profile(
    [
      ['17:00', 1.5],
      ['18:00', 1.2],
      ['20:00', 1],
    ],
    [
      ['00:00', 0.8],
      ['02:00', 3],
      ['07:00', 4],
      ['08:30', 22],
      ['09:30', 14],
      ['11:00', 8],
      ['14:00', 16],
      ['15:00', 3],
    ],
  ),
);

const energyHours = globex(
  '13:30',
  profile(
    [
      ['17:00', 1],
      ['19:00', 0.8],
    ],
    [
      ['00:00', 1.2],
      ['02:00', 3],
      ['07:00', 6],
      ['08:00', 18],
      ['10:00', 12],
      ['13:00', 20],
      ['13:30', 4],
      ['15:00', 1],
    ],
  ),
);

const stockHours: TradingHours = {
  timeZone: 'America/New_York',
  profile: profile(
    [],
    [
      ['04:00', 0.2],
      ['08:00', 0.8],
      ['09:30', 20],
      ['10:30', 11],
      ['12:00', 7],
      ['15:00', 16],
      ['16:00', 0.6],
      ['18:00', 0.2],
    ],
  ),
  close: '20:00',
  earlyClose: null,
  settle: '16:00',
};

const energy = {
  months: EVERY_MONTH,
  expiryTime: '13:30',
  rollDays: 4,
  exchange: 'XNYM',
};

const globexProducts: readonly Product[] = [
  {
    root: 'ES',
    number: 1,
    tick: 0.25 * NANO,
    level: 5_600 * NANO,
    volatility: 0.01,
    activity: 1,
    hours: indexHours,
    futures: {
      months: [3, 6, 9, 12],
      expiry: 'third-friday',
      expiryTime: '08:30',
      rollDays: 8,
      carry: 0.04,
      multiplier: 50,
      unit: 'IPNT',
      exchange: 'XCME',
      group: 'ES',
      openInterest: 2_100_000,
    },
  },
  {
    root: 'CL',
    number: 2,
    tick: 0.01 * NANO,
    level: 74 * NANO,
    volatility: 0.018,
    activity: 0.6,
    hours: energyHours,
    futures: {
      ...energy,
      expiry: 'crude',
      carry: -0.04,
      multiplier: 1_000,
      unit: 'BBL',
      group: 'CL',
      openInterest: 310_000,
    },
  },
  {
    root: 'NG',
    number: 3,
    tick: 0.001 * NANO,
    level: 2.9 * NANO,
    volatility: 0.03,
    activity: 0.4,
    hours: energyHours,
    futures: {
      ...energy,
      expiry: { businessDaysBefore: 3 },
      carry: 0.12,
      multiplier: 10_000,
      unit: 'MMBTU',
      group: 'NG',
      openInterest: 280_000,
    },
  },
  {
    root: 'HO',
    number: 4,
    tick: 0.0001 * NANO,
    level: 2.35 * NANO,
    volatility: 0.019,
    activity: 0.12,
    hours: energyHours,
    futures: {
      ...energy,
      expiry: { businessDaysBefore: 1 },
      carry: -0.02,
      multiplier: 42_000,
      unit: 'GAL',
      group: 'HO',
      openInterest: 90_000,
    },
  },
  {
    root: 'RB',
    number: 5,
    tick: 0.0001 * NANO,
    level: 2.2 * NANO,
    volatility: 0.019,
    activity: 0.12,
    hours: energyHours,
    futures: {
      ...energy,
      expiry: { businessDaysBefore: 1 },
      carry: -0.03,
      multiplier: 42_000,
      unit: 'GAL',
      group: 'RB',
      openInterest: 95_000,
    },
  },
];

/** What the synthetic source offers. */
export const DATASETS: readonly DatasetTerms[] = [
  {
    name: 'GLBX.MDP3',
    publisherId: 1,
    venue: 'GLBX',
    description: 'CME Globex MDP 3.0',
    products: globexProducts,
  },
  {
    name: 'XNAS.ITCH',
    publisherId: 2,
    venue: 'XNAS',
    description: 'Nasdaq TotalView-ITCH',
    products: [
      {
        root: 'SPY',
        number: 6,
        tick: 0.01 * NANO,
        level: 560 * NANO,
        volatility: 0.01,
        activity: 1,
        hours: stockHours,
        futures: null,
      },
    ],
  },
];
