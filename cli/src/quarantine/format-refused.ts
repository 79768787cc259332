import { formatTimestamp, isSchemaName, SCHEMAS } from '@tapeline/records';
import type { QuarantinedRecord } from '@tapeline/storage';
import { cutText, formatTable } from '../print-table.js';
import { fitTable } from './fit-table.js';
import type { RefusedPage, RefusedStats, ShownRecord } from './quarantine-answers.js';

const nameOf = ({ symbol, instrument_id: id }: QuarantinedRecord): string => symbol ?? `#${id}`;
const minute = (iso: string): string => iso.slice(0, 16).replace('T', ' ');

/** A page as a table. @param width columns of the terminal. */
export function formatPage({ records, next_cursor: next }: RefusedPage, width: number): string {
  const { table } = fitTable(
    ['id', 'refused', 'schema', 'symbol', 'time of record', 'rule', 'reason'],
    records.map((record) => [
      record.id,
      minute(record.refused_at),
      record.schema,
      nameOf(record),
      record.ts_ns === null ? '' : formatTimestamp(BigInt(record.ts_ns)),
      record.rule,
      record.reason,
    ]),
    width,
  );
  if (next === null) return table;
  return `${table}\nthere are more: --limit shows them, or --before ${next} the next ones`;
}

/** Said where there is no record of a state, open ones if none was given. */
export function nothingRefused(state = 'open'): string {
  const elsewhere = "'tapeline findings' shows what checks of whole chunks found";
  if (state === 'all') return `no such record was refused; ${elsewhere}`;
  if (state === 'open')
    return `no such record is refused; --state all shows resolved ones, ${elsewhere}`;
  return `no such record is ${state}; --state all shows those of every state`;
}

/** One record with every field, and what is known of it. */
export function formatRecord(record: ShownRecord): string {
  const about = [
    ['record', `${record.id} of ${record.dataset} ${record.schema}, ${nameOf(record)}`],
    ['refused by', `${record.rule} (${record.severity}) at ${record.refused_at}`],
    ['reason', record.reason],
    ['state', stateOf(record)],
    ['job', record.job_id],
    ['chunk', `${record.chunk_id}, position ${record.ordinal}`],
    ['batch', record.batch_id],
    ['rules', record.rules_version],
  ].map(([name = '', value = '']) => `${name.padEnd(11)} ${value}`);
  const fields = namesOf(record).map((name) => [
    name,
    `${String(record.record[name])} `,
    record.decimals[name] ?? record.times[name] ?? '',
  ]);
  return `${about.join('\n')}\n${formatTable(['field', 'value', ''], fields)}`;
}

/** In the order of the schema; those that rules added come last. */
function namesOf({ schema, record }: ShownRecord): string[] {
  const columns = isSchemaName(schema) ? SCHEMAS[schema].columns : [];
  const own = columns.map(({ name }) => name).filter((name) => Object.hasOwn(record, name));
  return [...own, ...Object.keys(record).filter((name) => !own.includes(name))];
}

function stateOf({ state, resolved_at: at, replay_id: replay }: QuarantinedRecord): string {
  if (state === 'open') return replay === null ? 'open' : `open; tried last by replay ${replay}`;
  const by = replay === null ? '' : ` by replay ${replay}`;
  return `${state}${by}${at === null ? '' : ` at ${at}`}`;
}

/** Groups with their counts. */
export function formatStats({ by, groups, records, open }: RefusedStats): string {
  const table = formatTable(
    [by, 'open', 'replayed', 'filtered', 'discarded', 'superseded', 'last refused', 'for example'],
    groups.map((group) => [
      group.symbol ? `${group.key} ${group.symbol}` : group.key,
      group.open,
      group.replayed,
      group.filtered,
      group.discarded,
      group.superseded,
      minute(group.last_refused_at),
      cutText(group.example, 60),
    ]),
  );
  return `${table}\n${records.toLocaleString('en-US')} refused, ${open.toLocaleString('en-US')} of them open`;
}
