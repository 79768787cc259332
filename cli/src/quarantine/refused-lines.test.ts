import { expect, it } from '@jest/globals';
import type { QuarantinedRecord } from '@tapeline/storage';
import { refusedTrade } from './refused-fixture.js';
import { refusedLines } from './refused-lines.js';
import type { ExportForm } from './refused-lines.js';

async function textOf(pages: readonly (readonly QuarantinedRecord[])[], form: ExportForm) {
  async function* given(): AsyncGenerator<readonly QuarantinedRecord[]> {
    yield* pages;
  }
  const pieces: Uint8Array[] = [];
  for await (const piece of refusedLines(given(), form)) pieces.push(piece);
  return Buffer.concat(pieces).toString();
}

/** Rows of fields, quoted ones too. */
function readCsv(text: string): string[][] {
  const rows: string[][] = [[]];
  for (const [, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\n]*))(,|\n)/g)) {
    rows.at(-1)!.push(quoted?.replaceAll('""', '"') ?? plain!);
    if (end === '\n') rows.push([]);
  }
  return rows.slice(0, -1);
}

it('gives every value of every page as it is, in both forms', async () => {
  const records = [
    refusedTrade({ reason: 'says "no",\nand again' }),
    refusedTrade({ id: '9007199254740993', symbol: null, replay_id: 'r1' }),
    refusedTrade({ schema: 'ohlcv-1m', record: { volume: '18446744073709551615' } }),
  ];
  const pages = [records.slice(0, 2), records.slice(2), []];
  const lines = (await textOf(pages, 'json')).trimEnd().split('\n');
  expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual(records);

  const [head, ...rows] = readCsv(await textOf(pages, 'csv'));
  const own = Object.keys(records[0]!).filter((name) => !['decimals', 'times'].includes(name));
  expect(head!.toSorted()).toEqual(own.toSorted());
  const columns = (head as (keyof QuarantinedRecord)[]).map((name, index) => ({ name, index }));
  const asText = (record: QuarantinedRecord, name: keyof QuarantinedRecord): string =>
    name === 'record' ? JSON.stringify(record.record) : String(record[name] ?? '');
  for (const [at, record] of records.entries()) {
    for (const { name, index } of columns) {
      expect([name, rows[at]![index]]).toEqual([name, asText(record, name)]);
    }
  }
  expect(rows).toHaveLength(records.length);
});

it('has a head where there are no records', async () => {
  expect(await textOf([[]], 'csv')).toMatch(/^id,state,.*,replay_id,record\n$/);
  expect(await textOf([[]], 'json')).toBe('');
});
