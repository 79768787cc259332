/** The commands as a user types them, each a process of its own. */
import { execFile } from 'node:child_process';
import { cpSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { makeTemporaryFolder } from '@tapeline/testing';

const root = fileURLToPath(new URL('../../', import.meta.url));
const state = makeTemporaryFolder('cli');
/** Settings and rules of the stack's own. */
const configs = join(state, 'configs');

interface Output {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

function tapeline(...args: string[]): Promise<Output> {
  const env = { ...process.env, TAPELINE_STATE_DIR: state, NODE_OPTIONS: '' };
  const command = join(root, 'cli', 'bin', 'tapeline.js');
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [command, ...args],
      { env, cwd: root, maxBuffer: 64 * 1024 * 1024 },
      (error, out, err) => {
        resolve({ code: typeof error?.code === 'number' ? error.code : 0, out, err });
      },
    );
  });
}

const range =
  '--dataset GLBX.MDP3 --schema ohlcv-1h -s ES.c.0 --stype-in continuous --start 2024-07-01';

afterAll(() => rmSync(state, { recursive: true, force: true }));

it('says what to do while nothing runs', async () => {
  const { code, err } = await tapeline('status');
  expect([code, err]).toEqual([
    1,
    "tapeline: nothing is running: 'tapeline up' starts a stack, or set TAPELINE_URL to a gateway's address\n",
  ]);
  expect((await tapeline('down')).out).toBe('nothing was running\n');
});

it.each([
  [['ingest', '--dataset', 'GLBX.MDP3'], /ingest needs --schema, --symbols, --start, or --file/],
  [['ingest', '--file', 'x.dbn', '--schema', 'trades'], /--file says all by itself/],
  [['ingest', '--limit', '0'], /give a whole number above 0/],
  [['query', '--dataset', 'GLBX.MDP3'], /required option '--schema <schema>' not specified/],
  [['quary'], /unknown command 'quary'/],
])('refuses %j with a hint', async (args, message) => {
  const { code, err } = await tapeline(...args);
  expect(code).toBe(1);
  expect(err).toMatch(message);
  expect(err).not.toContain('    at ');
});

describe('with a stack', () => {
  beforeAll(async () => {
    cpSync(join(root, 'configs'), configs, { recursive: true });
    const { code, out, err } = await tapeline('up', '--configs', configs);
    if (code !== 0) throw new Error(`${out}${err}`);
  });
  afterAll(async () => {
    await tapeline('down');
  });

  it('ingests, queries in each format, and shows the status', async () => {
    const ingested = await tapeline('ingest', ...range.split(' '), '--watch', '--json');
    expect(ingested.code).toBe(0);
    const job = JSON.parse(ingested.out) as { job_id: string; stored: number };
    expect(job).toMatchObject({ state: 'completed', holds: true, schema: 'ohlcv-1h' });

    const csv = await tapeline('query', ...range.split(' '), '--format', 'csv');
    const lines = csv.out.trimEnd().split('\n');
    expect(lines[0]).toBe('ts_event,publisher_id,instrument_id,open,high,low,close,volume,symbol');
    expect(lines).toHaveLength(job.stored + 1);
    const json = await tapeline('query', ...range.split(' '), '--json');
    expect(JSON.parse(json.out)).toMatchObject({ count: job.stored, complete: true });
    const table = await tapeline('query', ...range.split(' '), '--limit', '2');
    expect(table.out).toContain('2024-07-01T00:00:00.000000000Z');

    expect((await tapeline('status', job.job_id)).out).toContain('completed');
    const status = JSON.parse((await tapeline('status', '--json')).out) as {
      processes: { name: string }[];
      urls: { postgres: string };
    };
    expect(status.processes.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['fetcher', 'nats-server', 'postgres', 'query-gateway', 'writer']),
    );
    expect(status.urls.postgres).toContain(':***@');
  });

  it('makes, lists and revokes keys, with which alone the gateway answers', async () => {
    const status = JSON.parse((await tapeline('status', '--json')).out) as {
      urls: { gateway: string };
      gateway_key_file: string;
    };
    expect(statSync(status.gateway_key_file).mode & 0o777).toBe(0o600);
    const ask = async (key?: string): Promise<number> => {
      const headers = { ...(key !== undefined && { 'x-api-key': key }) };
      return (await fetch(new URL('/v1/jobs', status.urls.gateway), { headers })).status;
    };
    expect(await ask()).toBe(401);
    expect(await ask(readFileSync(status.gateway_key_file, 'utf8').trim())).toBe(200);
    const statement = await fetch(new URL('/v1/sql', status.urls.gateway), {
      method: 'POST',
      headers: {
        'x-api-key': readFileSync(status.gateway_key_file, 'utf8').trim(),
        'content-type': 'application/json',
      },
      body: JSON.stringify({ sql: 'SELECT session_user, count(*) > 0 FROM ohlcv_1h_view' }),
    });
    expect(await statement.json()).toMatchObject({ rows: [['tapeline_sql', true]] });
    const made = await tapeline('keys', 'create', '--name', 'desk', '--max-rows', '1000');
    const key = made.out.trim();
    expect([made.code, await ask(key)]).toEqual([0, 200]);
    const { keys } = JSON.parse((await tapeline('keys', 'list', '--json')).out) as {
      keys: { id: string }[];
    };
    expect(keys).toMatchObject([{ name: 'desk', role: 'reader', max_rows: 1000 }]);
    expect((await tapeline('keys', 'list')).out).toContain('1000 rows/answer');
    expect((await tapeline('keys', 'revoke', keys[0]!.id)).code).toBe(0);
    expect((await tapeline('keys', 'revoke', keys[0]!.id)).err).toContain('to revoke');
    expect((await tapeline('keys', 'list')).out).toContain('revoked 20');
  });

  it('goes by its own rules, and tells what others would make of a job', async () => {
    const other = join(state, 'other');
    cpSync(configs, other, { recursive: true });
    const file = join(other, 'validation', 'bars.yaml');
    const futures = `{ name: futures, refuse: definition.instrument_class == 'F', reason: a future }`;
    const text = readFileSync(file, 'utf8').replace(/^business:$/m, `business:\n  - ${futures}`);
    writeFileSync(file, text);

    const elsewhere = await tapeline('up', '--configs', other);
    expect([elsewhere.code, elsewhere.err]).toEqual([
      1,
      `tapeline: the stack that runs goes by ${configs}: 'tapeline down' stops it\n`,
    ]);
    const listed = await tapeline('rules', 'list', '--schema', 'ohlcv-1h', '--json');
    expect(listed.out).not.toContain('futures');

    const ingest = async (schema: string): Promise<{ job_id: string; stored: number }> => {
      const next = range.replace('ohlcv-1h', schema).replace('-01', '-02');
      const { out } = await tapeline('ingest', ...next.split(' '), '--watch', '--json');
      return JSON.parse(out) as { job_id: string; stored: number };
    };
    await ingest('definition');
    const job = await ingest('ohlcv-1h');
    expect(job.stored).toBeGreaterThan(0);
    const diff = await tapeline('rules', 'diff', configs, other, '--job', job.job_id, '--json');
    const change = { old: 'stored', new: 'quarantined by futures', records: job.stored };
    expect(JSON.parse(diff.out)).toMatchObject({
      definitions: true,
      schemas: [{ schema: 'ohlcv-1h', records: job.stored, changed_outcomes: [change] }],
    });
  });

  it('shows what was refused, tries it again and discards it', async () => {
    const file = join(configs, 'validation', 'bars.yaml');
    const sound = readFileSync(file, 'utf8');
    const rule = `{ name: no_bars, refuse: volume >= 0, reason: 'volume {volume}' }`;
    const strict = sound
      .replace(/^business:$/m, `business:\n  - ${rule}`)
      .replace(/^max_refused:.*/m, 'max_refused: 100%');
    writeFileSync(file, strict);
    let day = 3;
    let job: { job_id: string; quarantined: number };
    do {
      const next = range.replace('2024-07-01', `2024-08-${String(day++).padStart(2, '0')}`);
      const { out } = await tapeline('ingest', ...next.split(' '), '--watch', '--json');
      job = JSON.parse(out) as typeof job;
    } while (job.quarantined === 0);

    const json = async <T>(...args: string[]): Promise<T> => {
      const { code, out, err } = await tapeline(...args, '--json');
      expect([args, code, err]).toEqual([args, 0, '']);
      return JSON.parse(out) as T;
    };
    const page = await json<{ records: { id: string }[]; next_cursor: string }>(
      'quarantine',
      'list',
      '--job',
      job.job_id,
      '--limit',
      '1',
    );
    expect(page.records).toHaveLength(1);
    expect(page.next_cursor).toBe(page.records[0]!.id);
    const shown = await tapeline('quarantine', 'show', page.records[0]!.id);
    expect(shown.out).toMatch(/refused by +no_bars \(error\)/);
    expect(shown.out).toMatch(/│ open +│ -?\d+ +│ -?[\d.]+ +│/);
    const stats = await tapeline('quarantine', 'stats', '--by', 'rule');
    expect(stats.out).toContain(`${job.quarantined} of them open`);

    const csv = await tapeline('quarantine', 'export', '-', '--to', 'csv', '--rule', 'no_bars');
    expect(csv.out.trimEnd().split('\n')).toHaveLength(job.quarantined + 1);
    const target = join(state, 'refused.json');
    await tapeline('quarantine', 'export', target, '--to', 'json');
    expect(readFileSync(target, 'utf8').trimEnd().split('\n')).toHaveLength(job.quarantined);

    const replay = ['quarantine', 'replay', '--rule', 'no_bars'];
    expect(await json(...replay, '--dry-run')).toMatchObject({
      state: 'completed',
      selected: job.quarantined,
      quarantined: job.quarantined,
    });
    const unasked = await tapeline('quarantine', 'discard', '--job', job.job_id);
    expect([unasked.code, unasked.err]).toEqual([1, expect.stringContaining('say --yes')]);
    const [first] = page.records;
    const before = ['--until', '2200-01-01', '--yes'];
    expect(await json('quarantine', 'discard', '--rule', 'other', ...before)).toEqual({
      discarded: 0,
      open: 0,
    });

    writeFileSync(file, sound);
    let mended: { stored: number; selected: number };
    do mended = await json<typeof mended>(...replay);
    while (mended.stored === 0);
    expect(mended).toMatchObject({ stored: job.quarantined, selected: job.quarantined });
    const resolved = await tapeline('quarantine', 'show', first!.id);
    expect(resolved.out).toMatch(/state +replayed by replay \w+ at/);
    expect((await tapeline('quarantine', 'list')).out).toContain('no such record is refused');
    expect((await tapeline('replays')).out).toContain('quarantine, dry run');
    expect((await tapeline('findings', '--check', 'monotonic')).code).toBe(0);
  }, 60_000);

  it('ends with code 1 and the reason when a job fails', async () => {
    const file = fileURLToPath(import.meta.url);
    const { code, out } = await tapeline('ingest', '--file', file, '--watch');
    expect(code).toBe(1);
    expect(out).toContain(`${file}: the input begins with bytes`);
  });
});

it('runs the demo to a sum that holds', async () => {
  const { code, out, err } = await tapeline('demo', '--json');
  const summary = JSON.parse(out.trimEnd().split('\n').at(-1)!) as {
    ok: boolean;
    jobs: { dataset: string; schema: string; fetched: number; stored: number }[];
  };
  expect([code, summary.ok]).toEqual([0, true]);
  expect(summary.jobs).toHaveLength(12);
  expect(summary.jobs.every((job) => job.fetched > 0 && job.fetched === job.stored)).toBe(true);
  expect(err).toContain('started query-gateway');
}, 180_000);
