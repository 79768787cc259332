import type { ReplayView } from '@tapeline/storage';
import { formatTable } from '../print-table.js';
import { fitTable } from './fit-table.js';
import type { Finding } from './quarantine-answers.js';

const count = (number: number): string => number.toLocaleString('en-US');

/** What a replay came to, in lines. */
export function formatReplay(replay: ReplayView): string {
  const { details, dry_run: isDry, state } = replay;
  const what = isDry ? 'would be' : 'are';
  const lines = [
    `replay ${replay.replay_id}: ${state}${isDry ? ', dry run: nothing was changed' : ''}`,
    ...(replay.message === null ? [] : [replay.message]),
    `${count(replay.selected)} tried; ${count(replay.stored)} ${what} stored, ${count(replay.quarantined)} ${what} refused, ${count(replay.filtered)} ${what} left out`,
  ];
  const { changes } = details;
  if (changes && (changes.stored_now > 0 || changes.refused_now > 0)) {
    lines.push(
      `otherwise than before: ${count(changes.stored_now)} stored, ${count(changes.refused_now)} refused`,
    );
  }
  const rules = Object.entries(details.by_rule ?? {}).toSorted(
    ([, a], [, b]) => b.refused - a.refused,
  );
  for (const [rule, { refused }] of rules) lines.push(`  ${count(refused)} refused by ${rule}`);
  for (const { chunk_id: chunk, ordinal, rule, reason } of (details.examples ?? []).slice(0, 5)) {
    lines.push(`  ${chunk} ${ordinal}: ${rule === undefined ? '' : `${rule}: `}${reason}`);
  }
  return lines.join('\n');
}

/** Replays as a table. */
export const formatReplays = (replays: readonly ReplayView[]): string =>
  formatTable(
    ['replay', 'of', 'state', 'tried', 'stored', 'refused', 'left out', 'accepted'],
    replays.map((replay) => [
      replay.replay_id,
      `${replay.command.source}${replay.dry_run ? ', dry run' : ''}`,
      replay.state,
      replay.selected,
      replay.stored,
      replay.quarantined,
      replay.filtered,
      replay.accepted_at.slice(0, 19),
    ]),
  );

/**
 * Findings as a table.
 * @param width columns of the terminal, which messages are cut to.
 * @param hasMore whether there are others that it leaves off.
 */
export function formatFindings(
  findings: readonly Finding[],
  width: number,
  hasMore: boolean,
): string {
  const { table, isCut } = fitTable(
    ['severity', 'check', 'schema', 'instrument', 'from', 'what'],
    findings.map((finding) => [
      finding.severity,
      finding.check,
      finding.schema,
      finding.instrument_id === null ? 'all' : `#${finding.instrument_id}`,
      finding.start,
      finding.message,
    ]),
    width,
  );
  const lines = [table];
  if (isCut) lines.push('--json shows whole messages');
  if (hasMore) lines.push('there are more: --limit shows them');
  return lines.join('\n');
}
