/**
 * Trades through the shipped transform and validation rules against the same checks written by hand, taking
 * turns on one core over the same batches. Making the batches is not timed.
 */
import { fileURLToPath } from 'node:url';
import { readConfigFiles } from '@tapeline/config';
import { ColumnarBatch, SCHEMAS } from '@tapeline/records';
import { compileRuleSet } from '@tapeline/rules';
import type { SchemaRules, Surroundings } from '@tapeline/rules';
import { fillTrades } from '../dbn/fill-trades.js';
import { median } from '../median.js';
import { damageTrades } from './damaged-trades.js';
import { knownDefinitions } from './known-definitions.js';
import type { TickAndClass } from './previous-prices.js';
import { checkTradesByHand, HAND_WRITTEN_RULES } from './trades-by-hand.js';

const BATCH = 10_000;
const BATCHES = 100;
const WARM_UP_ROUNDS = 5;

export interface Comparison {
  readonly trades_per_s: number;
  readonly hand_written_trades_per_s: number;
  readonly ratio_to_hand_written: number;
}

export interface RulesResult extends Comparison {
  /** The same while the definition of every instrument is known, so that ticks and classes are looked at, too. */
  readonly with_definitions: Comparison;
  readonly trades_per_round: number;
  /** Of records; checks of whole chunks are made in the database. */
  readonly rules: number;
  readonly rounds: number;
}

/** @param rounds counted ones, after some that are not: the code is compiled while it runs. */
export function benchRules(rounds: number): RulesResult {
  const { rules, known, surroundings } = agreeingRules();
  const batches = makeBatches();
  return {
    ...compare(batches, rounds, rules, {}, undefined),
    with_definitions: compare(batches, rounds, rules, surroundings, known.byHand),
    trades_per_round: BATCH * BATCHES,
    rules: rules.rules.filter(({ stage }) => stage !== 'chunk').length,
    rounds,
  };
}

/** The shipped rules, which find what the loops do. @throws Error if they find anything else. */
export function agreeingRules() {
  const rules = shippedRules();
  const known = knownDefinitions(BATCH);
  const surroundings: Surroundings = { lookups: { definition: known.lookup } };
  requireAgreement(rules, {}, undefined);
  requireAgreement(rules, surroundings, known.byHand);
  return { rules, known, surroundings };
}

function shippedRules(): SchemaRules {
  const configs = fileURLToPath(new URL('../../../configs/', import.meta.url));
  const read = (folder: string) => readConfigFiles(configs, folder);
  const { schemas } = compileRuleSet({ rules: read('rules'), validation: read('validation') });
  return schemas.get('trades')!;
}

function makeBatches(): ColumnarBatch[] {
  const fill = fillTrades();
  return Array.from({ length: BATCHES }, (_, index) => {
    const batch = ColumnarBatch.allocate(SCHEMAS.trades, BATCH);
    fill(batch);
    batch.ordinals().forEach((_, row, ordinals) => (ordinals[row] = index * BATCH + row));
    return batch;
  });
}

function compare(
  batches: readonly ColumnarBatch[],
  rounds: number,
  rules: SchemaRules,
  surroundings: Surroundings,
  definitions: TickAndClass | undefined,
): Comparison {
  const ours: number[] = [];
  const byHand: number[] = [];
  for (let round = -WARM_UP_ROUNDS; round < rounds; round++) {
    const rate = tradesPerSecond(batches, (batch) => {
      const { batch: rows } = rules.transform(batch, surroundings);
      return rules.validate(rows, surroundings).accepted.length;
    });
    const peer = tradesPerSecond(
      batches,
      (batch) => checkTradesByHand(batch, definitions).accepted.length,
    );
    if (round < 0) continue;
    ours.push(rate);
    byHand.push(peer);
  }
  const ratios = ours.map((rate, round) => rate / byHand[round]!);
  return {
    trades_per_s: Math.round(median(ours)),
    hand_written_trades_per_s: Math.round(median(byHand)),
    ratio_to_hand_written: Number(median(ratios).toFixed(3)),
  };
}

/** @param check returns how many of a batch's records are accepted: of sound ones all. */
function tradesPerSecond(
  batches: readonly ColumnarBatch[],
  check: (batch: ColumnarBatch) => number,
): number {
  let accepted = 0;
  const started = performance.now();
  for (const batch of batches) accepted += check(batch);
  const seconds = (performance.now() - started) / 1000;
  if (accepted !== BATCH * BATCHES) throw new Error(`${accepted} sound trades were accepted`);
  return accepted / seconds;
}

/** Checks that find something else are no peer: on damaged records both must say the same, rule by rule. */
function requireAgreement(
  rules: SchemaRules,
  surroundings: Surroundings,
  definitions: TickAndClass | undefined,
): void {
  const batch = ColumnarBatch.allocate(SCHEMAS.trades, BATCH);
  fillTrades()(batch);
  damageTrades(batch);
  const { accepted, outcomes } = rules.validate(rules.transform(batch).batch, surroundings);
  const peer = checkTradesByHand(batch, definitions);
  const told = new Map(outcomes.map(({ rule, records }) => [rule, records]));
  const names = new Set([...told.keys(), ...HAND_WRITTEN_RULES]);
  for (const name of names) {
    const index = HAND_WRITTEN_RULES.indexOf(name as (typeof HAND_WRITTEN_RULES)[number]);
    if ((peer.counts[index] ?? 0) === (told.get(name) ?? 0)) continue;
    throw new Error(
      `${name}: the rules found ${told.get(name) ?? 0} records, the loops ${peer.counts[index] ?? 0}: ` +
        'change bench/src/rules/trades-by-hand.ts along with the rules',
    );
  }
  if (accepted.length !== peer.accepted.length) throw new Error('other records were accepted');
}
