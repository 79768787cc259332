import type { ServiceName } from '@tapeline/embedded';

/** The node of a cluster that leads its assembly, or a stream. */
export type Leader = 'meta leader' | `${(typeof LED_STREAMS)[number]} leader`;
const LED_STREAMS = [
  'INGEST_COMMANDS',
  'RAW',
  'TRANSFORMED',
  'VALIDATED',
  'INGEST_EVENTS',
] as const;

export type Victim = ServiceName | 'nats-server' | 'postgres' | Leader;

/** Everything that a job depends on. */
export const VICTIMS: readonly Victim[] = [
  'fetcher',
  'transformer',
  'validator',
  'writer',
  'nats-server',
  'postgres',
];

/** The nodes of a cluster by what they lead. */
export const LEADERS: readonly Leader[] = [
  'meta leader',
  ...LED_STREAMS.map((name) => `${name} leader` as const),
];

/** Ways to nats-server and PostgreSQL. */
const LINES = ['nats', 'postgres'] as const;
export type Line = (typeof LINES)[number];

/** What is done to a job, once `share` of its records are stored. */
export type Fault = { readonly share: number } & (
  | { readonly kind: 'kill' | 'restart'; readonly target: Victim }
  /** Stopped by SIGSTOP for so long. */
  | { readonly kind: 'freeze'; readonly target: Victim; readonly ms: number }
  /** All connections are reset. */
  | { readonly kind: 'cut'; readonly target: Line }
  /** Everything arrives `by` later for so long. */
  | { readonly kind: 'slow'; readonly target: Line; readonly ms: number; readonly by: number }
);

/** Faults of one round, in order. */
const PER_ROUND = 5;
const LONGEST_FREEZE_MS = 4_000;
/** The others elect a leader anew when one has been silent for four to nine seconds. */
const LONGEST_FREEZE_OF_LEADER_MS = 12_000;

/**
 * The faults of a round: the same for the same seed. A round is defined by shares of the job and not by times, so
 * that a slow machine meets the same faults at the same places as a fast one.
 */
export function planFaults(seed: number, { cluster = false } = {}): Fault[] {
  const random = mulberry32(seed * 1_000_003);
  const pick = <T>(of: readonly T[]): T => of[Math.floor(random() * of.length)]!;
  const victim = (): Victim =>
    cluster && random() < 0.6
      ? pick(LEADERS)
      : pick(VICTIMS.filter((name) => !(cluster && name === 'nats-server')));
  const shares = Array.from({ length: PER_ROUND }, () => random() * 0.95).toSorted((a, b) => a - b);
  return shares.map((share): Fault => {
    const kind = pick(['kill', 'kill', 'freeze', 'restart', 'cut', 'slow'] as const);
    switch (kind) {
      case 'kill':
      case 'restart':
        return { share, kind, target: victim() };
      case 'freeze': {
        const target = victim();
        const longest = isLeader(target) ? LONGEST_FREEZE_OF_LEADER_MS : LONGEST_FREEZE_MS;
        return { share, kind, target, ms: Math.round(random() * longest) };
      }
      case 'cut':
        return { share, kind, target: pick(LINES) };
      case 'slow':
        return { share, kind, target: pick(LINES), ms: 1_000, by: 5 + Math.round(random() * 45) };
    }
  });
}

export const isLeader = (target: Fault['target']): target is Leader => target.endsWith(' leader');

/** Numbers from 0 to 1, spread well enough to choose by. */
function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b_79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  };
}

/** A fault in words: `freeze writer for 1200 ms at 40 %`. */
export function describeFault(fault: Fault): string {
  const at = `at ${Math.round(fault.share * 100)} %`;
  switch (fault.kind) {
    case 'freeze':
      return `freeze ${fault.target} for ${fault.ms} ms ${at}`;
    case 'slow':
      return `slow ${fault.target} down by ${fault.by} ms for ${fault.ms} ms ${at}`;
    case 'kill':
    case 'restart':
    case 'cut':
      return `${fault.kind} ${fault.target} ${at}`;
  }
}
