import { styleText } from 'node:util';
import type { CoverageRow } from './coverage-answer.js';
import { markOf, MARKS, stateMeaning } from './mark-of.js';
import type { Mark } from './mark-of.js';

/** Lines of months that a screenful of symbols may take. */
const MOST_MONTHS = 240;
/** Rows this short need no weekdays of their own below the first. */
const FEW_MONTHS = 3;
const TERMINAL_WIDTH = 80;
const LEGEND_GAP = '   ';
const MARGIN = ' '.repeat(10);
const WEEKDAYS = `${MARGIN}${'MTWTFSS '.repeat(5)}MT`;
const MONTH_NAMES = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');

type Day = Temporal.PlainDate;
type Paint = (style: Mark['style'], text: string) => string;

/**
 * Months below each other, a character a day, weeks in columns; symbols below each other, then the legend
 * of what occurs.
 * @param coloured whether the terminal takes colours.
 */
export function drawCalendar(rows: readonly CoverageRow[], coloured: boolean): string {
  const paint: Paint = (style, text) =>
    coloured ? styleText(style, text, { validateStream: false }) : text;
  const used = new Set<Mark>();
  const blocks: string[] = [];
  let months = 0;
  for (const row of rows) {
    const lines = drawRow(row, paint, used);
    months += lines.length;
    if (blocks.length > 0 && months > MOST_MONTHS) break;
    const shown = lines.slice(-MOST_MONTHS);
    const cut = lines.length - shown.length;
    blocks.push(
      [
        `${paint('bold', `${row.dataset} ${row.schema} ${row.symbol}`)}  ${paint('dim', summary(row))}`,
        ...(blocks.length === 0 || lines.length > FEW_MONTHS ? [paint('dim', WEEKDAYS)] : []),
        ...(cut > 0
          ? [`${MARGIN}${cut} earlier months are left out: --start and --end choose`]
          : []),
        ...shown,
      ].join('\n'),
    );
  }
  const more = rows.length - blocks.length;
  return [
    ...blocks,
    drawLegend(
      MARKS.filter((mark) => used.has(mark)),
      paint,
    ),
    ...(more > 0
      ? [
          `${more} more are not drawn: choose with --symbols and --schema, or fewer months with --start and --end`,
        ]
      : []),
  ].join('\n\n');
}

/** The months of a row, each with its label. */
function drawRow(row: CoverageRow, paint: Paint, used: Set<Mark>): string[] {
  const lines: string[] = [];
  const cells: (Mark | undefined)[] = [];
  let month: Day | undefined;
  const flush = (): void => {
    if (month) lines.push(label(month, lines.length === 0) + drawMonth(month, cells, paint));
    cells.length = 0;
  };
  for (const range of row.ranges) {
    const mark = markOf(range);
    used.add(mark);
    const end = Temporal.PlainDate.from(range.end);
    for (
      let day = Temporal.PlainDate.from(range.start);
      Temporal.PlainDate.compare(day, end) < 0;
      day = day.add({ days: 1 })
    ) {
      if (month?.month !== day.month || month.year !== day.year) {
        flush();
        month = day.with({ day: 1 });
      }
      cells[day.day] = mark;
    }
  }
  flush();
  return lines;
}

const label = ({ year, month }: Day, isFirst: boolean): string => {
  const years = isFirst || month === 1 ? String(year) : '    ';
  return `${years} ${MONTH_NAMES[month - 1]!}  `;
};

/** The days of a month under their weekdays, those in a row that look the same painted at once. */
function drawMonth(first: Day, cells: readonly (Mark | undefined)[], paint: Paint): string {
  const offset = first.dayOfWeek - 1;
  let text = ' '.repeat(offset);
  let run = '';
  let mark: Mark | undefined;
  const flush = (): void => {
    text += mark ? paint(mark.style, run) : run;
    run = '';
  };
  for (let day = 1; day < cells.length; day++) {
    if (cells[day] !== mark) {
      flush();
      mark = cells[day];
    }
    run += mark?.character ?? ' ';
    if ((offset + day) % 7 === 0) run += ' ';
  }
  flush();
  return text.trimEnd();
}

/** What marks mean, in lines that any terminal has room for. */
function drawLegend(marks: readonly Mark[], paint: Paint): string {
  let text = '';
  let width = 0;
  for (const { character, meaning, style } of marks) {
    const own = character.length + 1 + meaning.length;
    const isFirst = width === 0;
    const fits = width + LEGEND_GAP.length + own <= TERMINAL_WIDTH;
    text += `${isFirst ? '' : fits ? LEGEND_GAP : '\n'}${paint(style, character)} ${meaning}`;
    width = fits && !isFirst ? width + LEGEND_GAP.length + own : own;
  }
  return text;
}

/** Days by state, in words. */
const summary = ({ days, stale_days: stale }: CoverageRow): string =>
  [
    ...Object.entries(days).map(
      ([state, count]) => `${stateMeaning(state as keyof CoverageRow['days'])}: ${count}`,
    ),
    ...(stale > 0 ? [`changed since: ${stale}`] : []),
  ].join(', ');
