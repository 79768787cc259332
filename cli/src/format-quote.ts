import { formatTimestamp } from '@tapeline/records';
import { formatUsd } from './format-usd.js';
import type { JobQuote } from './gateway-client.js';
import { formatTable } from './print-table.js';

const showSymbols = (symbols: readonly string[]): string =>
  symbols.length > 3
    ? `${symbols.slice(0, 3).join(',')} and ${symbols.length - 3} more`
    : symbols.join(',');

/** ns since epoch without the zeros that say nothing. */
const showTime = (nanoseconds: string): string =>
  formatTimestamp(BigInt(nanoseconds))
    .replace(/\.0{9}Z$/, 'Z')
    .replace('T00:00:00Z', '');

/** What would be bought, and at what price; what is held or archived already costs nothing. */
export function formatQuote(quote: JobQuote): string {
  const lines: string[] = [];
  if (quote.requests.length > 0) {
    lines.push(
      formatTable(
        ['symbols', 'as', 'start', 'end (excluded)', 'chunks', 'records', 'bytes', 'price'],
        quote.requests.map((request) => [
          showSymbols(request.symbols),
          request.stype_in,
          showTime(request.start),
          showTime(request.end),
          request.chunks,
          request.quote.records,
          request.quote.bytes,
          formatUsd(request.quote.usd),
        ]),
      ),
    );
  }
  lines.push(
    quote.requests.length === 0
      ? 'nothing has to be bought'
      : `${formatUsd(quote.usd)} for ${quote.records.toLocaleString('en-US')} records, ${quote.bytes.toLocaleString('en-US')} bytes`,
  );
  if (quote.some_held) lines.push('a part of the request is held already and is not bought again');
  if (quote.archived > 0) lines.push(`${quote.archived} chunks come from the archive, for nothing`);
  return lines.join('\n');
}
