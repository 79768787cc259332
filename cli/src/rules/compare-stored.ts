import type { ColumnData } from '@tapeline/records';
import type { BatchOutcomes } from './record-outcomes.js';
import { showValue } from './show-value.js';

const MOST_EXAMPLES = 3;

/** A column in which records are stored with other values. */
export interface ChangedColumn {
  records: number;
  readonly examples: { readonly ordinal: number; readonly old: string; readonly new: string }[];
}

/**
 * Compares what is stored of one batch under two sets of rules: the records that both store, in the columns that
 * both have. @returns how many of these records differ.
 */
export function compareStored(
  old: BatchOutcomes,
  now: BatchOutcomes,
  ordinals: Uint32Array,
  changes: Map<string, ChangedColumn>,
): number {
  if (old.accepted === now.accepted) return 0;
  const pairs = storedByBoth(old.storedRows, now.storedRows);
  const differs = new Uint8Array(pairs.length / 2);
  old.accepted.schema.columns.forEach((column, index) => {
    const other = now.accepted.schema.columns.findIndex(({ name }) => name === column.name);
    const otherColumn = now.accepted.schema.columns[other];
    if (!otherColumn) return;
    const [data, otherData] = [old.accepted.columns[index]!, now.accepted.columns[other]!];
    if (data === otherData) return;
    const isSame = comparer(data, column.width, otherData, otherColumn.width);
    for (let pair = 0; pair < differs.length; pair++) {
      const [row, otherRow] = [pairs[2 * pair]!, pairs[2 * pair + 1]!];
      if (isSame(row, otherRow)) continue;
      differs[pair] = 1;
      const change = changes.get(column.name) ?? { records: 0, examples: [] };
      changes.set(column.name, change);
      change.records++;
      if (change.examples.length === MOST_EXAMPLES) continue;
      change.examples.push({
        ordinal: ordinals[old.storedRows[row]!]!,
        old: showValue(column, data, row),
        new: showValue(otherColumn, otherData, otherRow),
      });
    }
  });
  return differs.reduce((sum, one) => sum + one, 0);
}

/** Positions in either list of the rows that stand in both, as pairs; both ascend. */
function storedByBoth(old: Uint32Array, now: Uint32Array): Uint32Array {
  const pairs = new Uint32Array(2 * Math.min(old.length, now.length));
  let count = 0;
  for (let i = 0, j = 0; i < old.length && j < now.length;) {
    if (old[i] === now[j]) {
      pairs[count++] = i++;
      pairs[count++] = j++;
    } else if (old[i]! < now[j]!) i++;
    else j++;
  }
  return pairs.subarray(0, count);
}

/** Tells whether two rows hold the same bytes. A column that was derived otherwise may have another width. */
function comparer(data: ColumnData, width: number, other: ColumnData, otherWidth: number) {
  const [bytes, otherBytes] = [bytesOf(data), bytesOf(other)];
  return (row: number, otherRow: number): boolean => {
    for (let at = 0; at < Math.max(width, otherWidth); at++) {
      const byte = at < width ? bytes[row * width + at] : 0;
      const otherByte = at < otherWidth ? otherBytes[otherRow * otherWidth + at] : 0;
      if (byte !== otherByte) return false;
    }
    return true;
  };
}

const bytesOf = ({ buffer, byteOffset, byteLength }: ColumnData): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);
