/** The commands against a gateway that answers as it is told; e2e has them against the real one. */
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { zstdDecompressSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { makeTemporaryFolder } from '@tapeline/testing';
import { showFindings } from '../commands/findings.js';
import { discardRefused } from '../commands/quarantine-discard.js';
import { exportRefused } from '../commands/quarantine-export.js';
import { listRefused } from '../commands/quarantine-list.js';
import { replayRefused } from '../commands/quarantine-replay.js';
import { showRefused } from '../commands/quarantine-show.js';
import { showReplays } from '../commands/replays.js';
import { endedReplay, refusedGroup, refusedTrade } from './refused-fixture.js';

interface Answer {
  readonly status?: number;
  readonly body: unknown;
  /** Half of the body comes, then the connection breaks. */
  readonly isCut?: boolean;
}

/** Answers still to give, by method and path; the last one of each is given again and again. */
let answers: Record<string, Answer[]>;
let asked: { call: string; parameters: object; body?: unknown }[];
let told: string;
let server: Server;
let folder = '';
const isTerminal = process.stdin.isTTY;

beforeAll(async () => {
  folder = makeTemporaryFolder('refused');
  server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url!, 'http://gateway');
    const call = `${request.method} ${pathname}`;
    let text = '';
    request.setEncoding('utf8');
    request.on('data', (piece: string) => (text += piece));
    request.on('end', () => {
      const body = text === '' ? {} : { body: JSON.parse(text) as unknown };
      asked.push({ call, parameters: Object.fromEntries(searchParams), ...body });
      const left = answers[call] ?? [{ status: 404, body: { title: `no answer to ${call}` } }];
      const answer = left.length > 1 ? left.shift()! : left[0]!;
      const bytes = JSON.stringify(answer.body);
      response.writeHead(answer.status ?? 200);
      if (!answer.isCut) response.end(bytes);
      else response.write(bytes.slice(0, bytes.length / 2), () => response.destroy());
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  process.env['TAPELINE_URL'] = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  process.stdin.isTTY = false;
  jest.spyOn(console, 'log').mockImplementation((text: unknown) => {
    told += `${String(text)}\n`;
  });
});
beforeEach(() => {
  answers = {};
  asked = [];
  told = '';
  process.exitCode = undefined;
});
afterAll(async () => {
  process.exitCode = undefined;
  process.stdin.isTTY = isTerminal;
  delete process.env['TAPELINE_URL'];
  await new Promise((resolve) => server.close(resolve));
  rmSync(folder, { recursive: true, force: true });
});

const calls = (): string[] => asked.map(({ call }) => call);

describe('list and show', () => {
  it('asks for a page and prints it, also as JSON', async () => {
    const page = { records: [refusedTrade()], next_cursor: '41' };
    answers['GET /v1/quarantine'] = [{ body: page }];
    const options = { rule: 'price_not_positive', state: 'all', limit: 1, before: '42' };
    await listRefused(options);
    expect(asked[0]!.parameters).toEqual({
      rule: 'price_not_positive',
      state: 'all',
      limit: '1',
      cursor: '42',
    });
    expect(told).toContain('there are more');
    told = '';
    await listRefused({ ...options, json: true });
    expect(JSON.parse(told)).toEqual(page);
  });

  it('says what an empty page means', async () => {
    answers['GET /v1/quarantine'] = [{ body: { records: [], next_cursor: null } }];
    await listRefused({ limit: 50 });
    expect(told).toMatch(/^no such record is refused; /);
  });

  it('knows an unknown record and replay from other problems', async () => {
    await expect(showRefused('7', {})).rejects.toThrow(
      "there is no refused record '7'; 'tapeline quarantine list --state all' names them",
    );
    await expect(showReplays('r9', {})).rejects.toThrow(/^there is no replay 'r9' yet; /);
    const body = { detail: 'the database is away', remedy: 'Start it.' };
    answers['GET /v1/quarantine/7'] = [{ status: 503, body }];
    await expect(showRefused('7', {})).rejects.toThrow('the database is away\nStart it.');
  });
});

describe('export', () => {
  const pages = [
    { records: [refusedTrade({ id: '9' }), refusedTrade({ id: '8' })], next_cursor: '8' },
    { records: [refusedTrade({ id: '3' })], next_cursor: null },
  ];

  it('follows the pages into one file, compressed by its name', async () => {
    answers['GET /v1/quarantine'] = pages.map((body) => ({ body }));
    const path = join(folder, 'refused.json.zst');
    await exportRefused(path, { to: 'json', state: 'all', json: true });
    expect(asked.map(({ parameters }) => parameters)).toEqual([
      { state: 'all', limit: '1000' },
      { state: 'all', limit: '1000', cursor: '8' },
    ]);
    const bytes = readFileSync(path);
    expect(JSON.parse(told)).toEqual({ file: path, records: 3, bytes: bytes.length });
    const lines = zstdDecompressSync(bytes).toString().trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual(
      pages.flatMap(({ records }) => records),
    );
  });

  it.each([
    ['a problem', { status: 500, body: { detail: 'the database is away' } }, /database is away/],
    ['an answer that breaks off', { body: pages[1], isCut: true }, /the answer of .* broke off/],
  ])('leaves no file behind after %s', async (_, broken, message) => {
    answers['GET /v1/quarantine'] = [{ body: pages[0] }, broken];
    const before = readdirSync(folder);
    const path = join(folder, 'broken.csv');
    await expect(exportRefused(path, { to: 'csv' })).rejects.toThrow(message);
    expect(readdirSync(folder)).toEqual(before);
  });

  it('replaces a file by --force only', async () => {
    answers['GET /v1/quarantine'] = [{ body: pages[1] }];
    const path = join(folder, 'twice.csv');
    await exportRefused(path, { to: 'csv' });
    expect(existsSync(path)).toBe(true);
    await expect(exportRefused(path, { to: 'csv' })).rejects.toThrow(/exists: --force/);
    await exportRefused(path, { to: 'csv', force: true });
    expect(calls()).toHaveLength(2);
  });
});

describe('replay', () => {
  const options = { from: 'quarantine', wait: true } as const;
  const submitted = [{ status: 202, body: { replay_id: 'r1' } }];

  it('waits from before the replay is known until it ends', async () => {
    const ended = endedReplay();
    answers = {
      'POST /v1/quarantine/replay': submitted,
      'GET /v1/replays/r1': [
        { status: 404, body: {} },
        { body: { ...ended, state: 'running', stored: 0 } },
        { body: ended },
      ],
    };
    await replayRefused({ ...options, rule: 'price_not_positive', since: '2024-07-01' });
    expect(asked[0]!.body).toEqual({
      source: 'quarantine',
      filter: { rule: 'price_not_positive', since: '2024-07-01T00:00:00.000000000Z' },
      dry_run: false,
    });
    expect(calls()).toHaveLength(4);
    expect(told).toMatch(/^replay r1: completed\n1,757 tried; /);
    expect(process.exitCode).toBeUndefined();
  });

  it('ends with code 1 if it failed', async () => {
    answers = {
      'POST /v1/quarantine/replay': submitted,
      'GET /v1/replays/r1': [{ body: endedReplay({ state: 'failed', message: 'no such chunk' }) }],
    };
    await replayRefused({ ...options, from: 'archive', job: 'es', json: true });
    expect(JSON.parse(told)).toMatchObject({ state: 'failed', message: 'no such chunk' });
    expect(process.exitCode).toBe(1);
  });

  it('needs --yes for every record where nobody can be asked, but not to look', async () => {
    answers['POST /v1/quarantine/replay'] = submitted;
    await expect(replayRefused({ ...options, wait: false })).rejects.toThrow(
      'replay every open refused record: say --yes if so',
    );
    expect(asked).toEqual([]);
    await replayRefused({ ...options, wait: false, dryRun: true });
    await replayRefused({ ...options, wait: false, yes: true });
    expect(asked.map(({ body }) => body)).toEqual([
      { source: 'quarantine', filter: {}, dry_run: true },
      { source: 'quarantine', filter: {}, dry_run: false },
    ]);
    expect(told).toContain("'tapeline replays r1' shows the replay");
  });

  it('needs a job or a chunk for the archive', async () => {
    const archive = { ...options, from: 'archive', rule: 'price_undefined', yes: true } as const;
    await expect(replayRefused(archive)).rejects.toThrow(/by --job or --chunk/);
    expect(asked).toEqual([]);
  });
});

describe('discard', () => {
  const stats = (open: number, discarded: number): Answer => ({
    body: { by: 'rule', groups: [refusedGroup({ open, discarded })], records: 9, open },
  });
  const path = 'GET /v1/quarantine/stats';
  const accepted = [{ status: 202, body: { discard_id: 'd1', matching: 5 } }];

  it('waits until they are discarded, and counts those alone', async () => {
    answers = {
      // Three more are refused before the five are discarded.
      [path]: [stats(5, 2), stats(5, 2), stats(8, 2), stats(3, 7)],
      'POST /v1/quarantine/discard': accepted,
    };
    await discardRefused({ job: 'es', note: 'spreads', yes: true });
    expect(asked.find(({ body }) => body)!.body).toEqual({
      filter: { job_id: 'es' },
      everything: false,
      note: 'spreads',
    });
    expect(calls()).toHaveLength(5);
    expect(told).toMatch(/^discarded 5 refused records; 3 stay open, /);
  });

  it('ends when something else resolved them', async () => {
    answers = { [path]: [stats(1, 2), stats(0, 2)], 'POST /v1/quarantine/discard': accepted };
    await discardRefused({ yes: true, json: true });
    expect(asked[1]!.body).toMatchObject({ everything: true });
    expect(JSON.parse(told)).toEqual({ discarded: 0, open: 0 });
  });

  it('says how many there are where nobody can be asked, and changes nothing', async () => {
    answers[path] = [stats(1_750, 0)];
    await expect(discardRefused({ rule: 'price_undefined' })).rejects.toThrow(
      'discard 1,750 refused records: say --yes if so',
    );
    expect(calls()).toEqual([path]);
  });

  it('sends no command for nothing', async () => {
    answers[path] = [stats(0, 5)];
    await discardRefused({ rule: 'price_undefined' });
    expect(told).toMatch(/^nothing to discard: /);
    expect(calls()).toEqual([path]);
  });
});

it('asks for one finding more than it shows, to know whether there are more', async () => {
  const finding = { check: 'gaps', severity: 'warn', schema: 'trades', message: 'nothing' };
  answers['GET /v1/findings'] = [{ body: { findings: [finding, finding, finding] } }];
  await showFindings({ chunk: 'db9e5408e5252827135e', check: 'gaps', limit: 2, json: true });
  expect(asked[0]!.parameters).toEqual({
    chunk_id: 'db9e5408e5252827135e',
    check: 'gaps',
    limit: '3',
  });
  expect(JSON.parse(told)).toEqual({ findings: [finding, finding] });
  answers['GET /v1/findings'] = [{ body: { findings: [] } }];
  told = '';
  await showFindings({ limit: 2 });
  expect(told).toMatch(/found nothing of this; 'tapeline quarantine stats'/);
});
