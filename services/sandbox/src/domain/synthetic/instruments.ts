/** The instruments of a product: its chain of contracts with their calendar spreads, or a stock. */
import { utcDate } from '@tapeline/records';
import { holidayOn } from './holidays.js';
import type { ExpiryRule, FuturesTerms, Product } from './products.js';
import { localSeconds } from './sessions.js';
import type { Session } from './sessions.js';

/** Contracts of one root that are listed at any time. */
const LISTED = 4;
const MONTH_CODES = 'FGHJKMNQUVXZ';

/** Times in seconds since epoch; dates are UTC, `YYYY-MM-DD`. */
export interface Instrument {
  /** Stable: computed from the root and the contract month. */
  readonly id: number;
  readonly rawSymbol: string;
  readonly product: Product;
  /** Open of its first session. */
  readonly activation: number;
  /** End of its last trading; Infinity for a stock. */
  readonly expiration: number;
  /** Dates on which it is listed, the end exclusive. */
  readonly listedFrom: string;
  readonly listedTo: string;
  /** From this session's trade date on, most trading is in a later contract; null if it never moves. */
  readonly rollDate: string | null;
  /** Contract month, from 1; of a spread's near leg. Null for a stock. */
  readonly maturity: { readonly year: number; readonly month: number } | null;
  /** Near and far contract of a calendar spread; the price is near − far. */
  readonly legs: readonly [Instrument, Instrument] | null;
}

/** Every instrument with a session among `sessions`, ordered by id. */
export function listInstruments(product: Product, sessions: readonly Session[]): Instrument[] {
  if (!product.futures) return [stock(product, sessions)];
  const outrights = chain(product, product.futures, sessions);
  const spreads = outrights.flatMap((near, index) => {
    const far = outrights[index + 1];
    const before = outrights[index - 1];
    return far ? [spread(near, far, before, sessions)] : [];
  });
  return [...outrights, ...spreads].filter(({ activation }) => activation < Infinity);
}

/** Whether an instrument can trade in a session. */
export function isListed(instrument: Instrument, session: Session): boolean {
  return instrument.activation <= session.open && instrument.expiration > session.open;
}

function stock(product: Product, sessions: readonly Session[]): Instrument {
  const activation = sessions[0]!.open;
  return {
    id: 15_000 + product.number,
    rawSymbol: product.root,
    product,
    activation,
    expiration: Infinity,
    listedFrom: dateOf(activation),
    listedTo: '9999-01-01',
    rollDate: null,
    maturity: null,
    legs: null,
  };
}

/** Contracts ordered by expiry: each is listed once at most {@link LISTED} − 1 others expire before it. */
function chain(product: Product, terms: FuturesTerms, sessions: readonly Session[]): Instrument[] {
  const first = Temporal.PlainDate.from(sessions[0]!.date);
  const last = Temporal.PlainDate.from(sessions.at(-1)!.date);
  const contracts: { -readonly [Field in keyof Instrument]: Instrument[Field] }[] = [];
  let surplus = 0;
  let month = Temporal.PlainYearMonth.from(first);
  for (; surplus < LISTED; month = month.add({ months: 1 })) {
    if (!terms.months.includes(month.month)) continue;
    const expiry = expiryDate(terms.expiry, month);
    if (Temporal.PlainDate.compare(expiry, first) < 0) continue;
    if (Temporal.PlainDate.compare(expiry, last) >= 0) surplus += 1;
    const expiration = localSeconds(product.hours.timeZone, expiry, terms.expiryTime);
    contracts.push({
      id: product.number * 100_000 + (month.year - 2000) * 12 + month.month,
      rawSymbol: `${product.root}${MONTH_CODES[month.month - 1]}${month.year % 10}`,
      product,
      activation: Infinity,
      expiration,
      listedFrom: '',
      listedTo: dayAfter(dateOf(expiration)),
      rollDate: expiry.subtract({ days: terms.rollDays }).toString(),
      maturity: { year: month.year, month: month.month },
      legs: null,
    });
  }
  contracts.forEach((contract, index) => {
    contract.activation = openAfter(contracts[index - LISTED]?.expiration, sessions);
    contract.listedFrom = dateOf(contract.activation);
  });
  return contracts;
}

/** Listed while its near leg is the next to expire. */
function spread(
  near: Instrument,
  far: Instrument,
  before: Instrument | undefined,
  sessions: readonly Session[],
): Instrument {
  const activation = openAfter(before?.expiration, sessions);
  return {
    ...near,
    id: near.id + 50_000,
    rawSymbol: `${near.rawSymbol}-${far.rawSymbol}`,
    activation,
    listedFrom: dateOf(activation),
    legs: [near, far],
  };
}

/** Open of the first session that begins after a time; Infinity if there is none. */
function openAfter(time: number | undefined, sessions: readonly Session[]): number {
  if (time === undefined) return sessions[0]!.open;
  return sessions.find(({ open }) => open > time)?.open ?? Infinity;
}

/** The date of a contract month's last trading. */
function expiryDate(rule: ExpiryRule, month: Temporal.PlainYearMonth): Temporal.PlainDate {
  const first = month.toPlainDate({ day: 1 });
  if (rule === 'third-friday') {
    const friday = first.add({ days: ((5 - first.dayOfWeek + 7) % 7) + 14 });
    return isBusinessDay(friday) ? friday : businessDaysBefore(friday, 1);
  }
  if (rule === 'crude') {
    const anchor = first.subtract({ months: 1 }).with({ day: 25 });
    return businessDaysBefore(anchor, isBusinessDay(anchor) ? 3 : 4);
  }
  return businessDaysBefore(first, rule.businessDaysBefore);
}

const isBusinessDay = (date: Temporal.PlainDate): boolean =>
  date.dayOfWeek <= 5 && holidayOn(date) === undefined;

function businessDaysBefore(date: Temporal.PlainDate, count: number): Temporal.PlainDate {
  let day = date;
  for (let left = count; left > 0;) {
    day = day.subtract({ days: 1 });
    if (isBusinessDay(day)) left -= 1;
  }
  return day;
}

const dateOf = (seconds: number): string =>
  seconds === Infinity ? '9999-01-01' : utcDate(BigInt(seconds) * 1_000_000_000n);

const dayAfter = (date: string): string =>
  Temporal.PlainDate.from(date).add({ days: 1 }).toString();
