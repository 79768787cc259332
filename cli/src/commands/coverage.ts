import type { CoverageAnswer } from '../coverage/coverage-answer.js';
import { drawCalendar } from '../coverage/draw-calendar.js';
import { formatCoverage } from '../coverage/format-coverage.js';
import { GatewayClient } from '../gateway-client.js';
import { gatewayUrl } from '../stack/stack-file.js';

export interface CoverageOptions {
  readonly dataset?: string;
  readonly schema?: string;
  readonly symbols?: string;
  readonly stypeIn?: string;
  readonly start?: string;
  readonly end?: string;
  readonly stale?: boolean;
  readonly calendar?: boolean;
  readonly json?: boolean;
}

/** `tapeline coverage`: what is held, being fetched and missing, as a table, a calendar or JSON. */
export async function coverage(options: CoverageOptions): Promise<void> {
  const answer = await new GatewayClient(gatewayUrl()).coverage(parametersOf(options));
  if (options.json) {
    console.log(JSON.stringify(answer));
    return;
  }
  if (answer.rows.length > 0) {
    const coloured = process.stdout.isTTY && !process.env['NO_COLOR'];
    console.log(
      options.calendar ? drawCalendar(answer.rows, coloured) : formatCoverage(answer.rows),
    );
  }
  for (const line of remarks(answer, options)) console.log(line);
}

const parametersOf = (options: CoverageOptions): URLSearchParams =>
  new URLSearchParams({
    ...(options.dataset !== undefined && { dataset: options.dataset }),
    ...(options.schema !== undefined && { schema: options.schema }),
    ...(options.symbols !== undefined && { symbols: options.symbols }),
    ...(options.stypeIn !== undefined && { stype_in: options.stypeIn }),
    ...(options.start !== undefined && { start: options.start }),
    ...(options.end !== undefined && { end: options.end }),
    ...(options.stale && { stale: 'true' }),
  });

/** What is to be said below the picture. */
export function remarks(
  { rows, nothing_held: nothing, left_off: leftOff }: CoverageAnswer,
  options: Pick<CoverageOptions, 'stale'>,
): string[] {
  const lines: string[] = [];
  const stale = rows.filter((row) => row.stale_days > 0);
  if (stale.length > 0) {
    const days = stale.reduce((sum, row) => sum + row.stale_days, 0);
    const what = `Databento changed ${count(days, 'day')} of ${count(stale.length, 'symbol')} after they were bought`;
    const remedy = "'tapeline ingest --refetch' fetches and replaces them";
    lines.push(options.stale ? `${what}; ${remedy}` : `${what}; --stale lists them`);
  } else if (options.stale) {
    lines.push('nothing held was changed by Databento after it was bought, as far as it was asked');
  } else if (nothing.length > 0) {
    lines.push(`nothing is held or being fetched of ${nothing.join(', ')}`);
  } else if (rows.length === 0) {
    lines.push("nothing of this is held or being fetched; 'tapeline ingest' fetches something");
  }
  if (leftOff > 0) {
    lines.push(
      `${count(leftOff, 'symbol')} more than an answer takes: choose with --dataset, --schema and --symbols`,
    );
  }
  return lines;
}

const count = (number: number, noun: string): string =>
  `${number.toLocaleString('en-US')} ${noun}${number === 1 ? '' : 's'}`;
