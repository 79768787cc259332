import { styleText } from 'node:util';
import { formatTimestamp, schemaByCode } from '@tapeline/records';
import { formatTable } from '../print-table.js';
import { formatBytes, formatCount } from './show-progress.js';
import type { InstrumentSummary, KindSummary, StreamSummary } from './summarize-stream.js';

/** The file that a summary is of. */
export interface SummarizedFile {
  readonly path: string;
  readonly bytes: number;
  readonly isZstd: boolean;
  /** Whether it has no metadata. */
  readonly isFragment: boolean;
}

/** Room for lists of symbols, as far as they go on a line. */
const LIST_WIDTH = 64;
const ROWS_SHOWN = 10;
const MAPPINGS_SHOWN = 5;

/** What is in a file, as text for people. */
export function formatSummary(summary: StreamSummary, file: SummarizedFile): string {
  const facts = [...fileFacts(summary, file), ...(file.isFragment ? [] : metadataFacts(summary))];
  const width = Math.max(...facts.map(([name]) => name.length));
  const coloured = process.stdout.isTTY;
  const lines = facts.map(([name, value]) => {
    const label = name.padEnd(width);
    return `${coloured ? styleText('dim', label) : label}  ${value}`;
  });
  return [
    lines.join('\n'),
    formatMappings(summary),
    formatKinds(summary),
    formatInstruments(summary),
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

type Fact = readonly [name: string, value: string];

function fileFacts({ uncompressedBytes, metadata }: StreamSummary, file: SummarizedFile): Fact[] {
  const plain = formatBytes(uncompressedBytes);
  const ratio = (uncompressedBytes / file.bytes).toFixed(1);
  const size = file.isZstd
    ? `${formatBytes(file.bytes)} of zstd, ${plain} uncompressed (${ratio} : 1)`
    : plain;
  const isFragment = file.isFragment ? ', a fragment without metadata' : '';
  return [
    ['file', file.path === '-' ? 'standard input' : file.path],
    ['size', size],
    ['version', `DBN ${metadata.version}${isFragment}`],
  ];
}

function metadataFacts({ metadata }: StreamSummary): Fact[] {
  const { dataset, start, end, limit, stypeIn, stypeOut, tsOut, mappings } = metadata;
  const intervals = mappings.reduce((sum, mapping) => sum + mapping.intervals.length, 0);
  const facts: (Fact | false)[] = [
    ['dataset', dataset],
    ['schema', schemaName(metadata.schema) ?? 'mixed'],
    ['from', start === 0n ? 'open' : formatTimestamp(start)],
    ['to', end === null ? 'open' : `${formatTimestamp(end)} (exclusive)`],
    limit !== null && ['limit', `${limit.toLocaleString('en-US')} records`],
    ['symbols', listed(metadata.symbols)],
    ['stypes', `${stypeIn ?? 'mixed'} → ${stypeOut ?? 'none'}`],
    metadata.partial.length > 0 && ['partial', listed(metadata.partial)],
    metadata.notFound.length > 0 && ['not found', listed(metadata.notFound)],
    ['mappings', `${counted(mappings.length, 'symbol')}, ${counted(intervals, 'interval')}`],
    tsOut && ['ts_out', 'yes, each record ends with its send time'],
  ];
  return facts.filter((fact) => fact !== false);
}

const counted = (count: number, noun: string): string =>
  `${formatCount(count)} ${noun}${count === 1 ? '' : 's'}`;

function listed(symbols: readonly string[]): string {
  if (symbols.length === 0) return 'none';
  let shown = symbols[0]!;
  let count = 1;
  for (; count < symbols.length; count++) {
    const longer = `${shown}, ${symbols[count]}`;
    if (longer.length > LIST_WIDTH) break;
    shown = longer;
  }
  const more = symbols.length - count;
  return more > 0 ? `${shown} … and ${formatCount(more)} more` : shown;
}

/** Null where schemas are mixed; numbers that nobody described become their decimal text. */
const schemaName = (code: number | null): string | null =>
  code === null ? null : (schemaByCode(code)?.name ?? String(code));

const hex = (rtype: number): string => `0x${rtype.toString(16).padStart(2, '0').toUpperCase()}`;

const time = (value: bigint | null): string => (value === null ? '' : formatTimestamp(value));

function formatMappings({ metadata: { mappings } }: StreamSummary): string {
  if (mappings.length === 0) return '';
  const rows = mappings
    .slice(0, MAPPINGS_SHOWN)
    .flatMap(({ rawSymbol, intervals }) =>
      intervals.map(({ startDate, endDate, symbol }) => [rawSymbol, startDate, endDate, symbol]),
    )
    .slice(0, MAPPINGS_SHOWN);
  const total = mappings.reduce((sum, { intervals }) => sum + intervals.length, 0);
  const table = formatTable(['mapping', 'from', 'to (exclusive)', 'stands for'], rows);
  const more = total - rows.length;
  return more > 0 ? `${table}\n… and ${counted(more, 'interval')} more` : table;
}

function formatKinds({ kinds, unknown }: StreamSummary): string {
  if (kinds.size === 0 && unknown.size === 0) return 'no records';
  const rows = byCount(kinds.values()).map(({ rtype, kind, count, first, last, indexColumn }) => [
    kind,
    hex(rtype),
    count,
    indexColumn,
    time(first),
    time(last),
  ]);
  for (const [rtype, count] of unknown) rows.push(['unknown', hex(rtype), count, '', '', '']);
  return formatTable(['kind', 'rtype', 'records', 'time', 'first', 'last'], rows);
}

function formatInstruments({ instruments }: StreamSummary): string {
  if (instruments.size === 0) return '';
  const all = byCount(instruments.values());
  const rows = all
    .slice(0, ROWS_SHOWN)
    .map(({ instrumentId, symbol, count }) => [String(instrumentId), symbol ?? '', count]);
  const more = all.length - rows.length;
  const table = formatTable(['instrument', 'symbol', 'records'], rows);
  return more > 0 ? `${table}\n… and ${counted(more, 'instrument')} more` : table;
}

const byCount = <T extends KindSummary | InstrumentSummary>(items: Iterable<T>): T[] =>
  [...items].toSorted((a, b) => b.count - a.count);

/** The same as JSON: 64-bit integers are decimal text, times ISO 8601 with nine digits beside them. */
export function summaryJson(summary: StreamSummary, file: SummarizedFile): object {
  const { metadata, kinds, instruments, unknown, fault } = summary;
  return {
    file: file.path,
    bytes: file.bytes,
    zstd: file.isZstd,
    uncompressed_bytes: summary.uncompressedBytes,
    version: metadata.version,
    ...(!file.isFragment && {
      metadata: {
        dataset: metadata.dataset,
        schema: schemaName(metadata.schema),
        start: String(metadata.start),
        end: metadata.end === null ? null : String(metadata.end),
        limit: metadata.limit === null ? null : String(metadata.limit),
        stype_in: metadata.stypeIn,
        stype_out: metadata.stypeOut,
        ts_out: metadata.tsOut,
        symbols: metadata.symbols,
        partial: metadata.partial,
        not_found: metadata.notFound,
        mappings: metadata.mappings.map(({ rawSymbol, intervals }) => ({
          raw_symbol: rawSymbol,
          intervals: intervals.map(({ startDate, endDate, symbol }) => ({
            start_date: startDate,
            end_date: endDate,
            symbol,
          })),
        })),
      },
    }),
    records: summary.records,
    kinds: [...kinds.values()].map(({ rtype, kind, count, indexColumn, first, last }) => ({
      kind,
      rtype,
      records: count,
      time: indexColumn,
      first: first === null ? null : formatTimestamp(first),
      last: last === null ? null : formatTimestamp(last),
    })),
    unknown: [...unknown].map(([rtype, count]) => ({ rtype, records: count })),
    instruments: [...instruments.values()].map(({ instrumentId, symbol, count }) => ({
      instrument_id: instrumentId,
      symbol,
      records: count,
    })),
    complete: fault === undefined,
    ...(fault && {
      error: { code: fault.code, message: fault.message, offset: fault.offset ?? null },
    }),
  };
}
