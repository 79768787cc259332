import { expect, it } from '@jest/globals';
import { allocateColumn, asIs, MESSAGES, ORDINAL, SCHEMAS, withTsOut } from '@tapeline/records';
import type { ColumnData, RecordDescription } from '@tapeline/records';
import { alignedWindow } from './aligned-window.js';
import { rawRecords } from './raw-records.js';
import { columnReader } from './read-field.js';
import { seededRandom } from './testdata.js';

const VERSIONS = [1, 2, 3] as const;
const kinds = [...Object.values(SCHEMAS), ...Object.values(MESSAGES)];
const cases = kinds.flatMap((kind) => VERSIONS.map((version) => ({ kind, version })));

const bytesOf = (data: ColumnData) => Buffer.from(data.buffer, data.byteOffset, data.byteLength);

it.each(cases)('$kind.name of version $version: every value is written', ({ kind, version }) => {
  const layouts: RecordDescription[] = [kind, asIs(kind, version), withTsOut(kind)];
  for (const description of layouts) {
    const stride = description.recordSize[version];
    const random = seededRandom(stride);
    // Small bytes, zeros among them, so that texts end before their fields do.
    const bytes = Uint8Array.from({ length: 20 * stride }, () => Math.max(0, random() * 12 - 4));
    for (let at = 0; at < bytes.length; at += stride) bytes.set([stride / 4, kind.rtype], at);
    const records = rawRecords(description, version, bytes, stride);
    for (const column of description.columns) {
      if (column.name === ORDINAL) continue;
      if (column.type === 'string') terminate(bytes, column.wire[version], stride);
      const [clean, dirty] = [0, 0xab].map((held) => {
        const data = allocateColumn(column, 20);
        bytesOf(data).fill(held);
        columnReader(description, column, version, records, data)(alignedWindow(bytes), 0, 20);
        return data;
      });
      expect([column.name, dirty]).toEqual([column.name, clean]);
    }
  }
});

function terminate(
  bytes: Uint8Array,
  field: { readonly offset: number; readonly width: number } | null,
  stride: number,
): void {
  if (!field) return;
  for (let at = field.offset; at < bytes.length; at += stride) bytes[at + field.width - 1] = 0;
}
