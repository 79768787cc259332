import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { fileURLToPath } from 'node:url';
import { expect, it } from '@jest/globals';
import { ConfigError, loadConfig } from './load-config.js';
import { redactUrl } from './redact-url.js';

const configs = fileURLToPath(new URL('../../../configs', import.meta.url));
const env = (values: Record<string, string> = {}) => ({ TAPELINE_CONFIGS_DIR: configs, ...values });

/** Loads with a system.yaml of the test's own. */
function loadWith(yaml: string): unknown {
  const folder = mkdtempSync(join(tmpdir(), 'tapeline-config-'));
  try {
    writeFileSync(join(folder, 'system.yaml'), yaml);
    return loadConfig(['GATEWAY_PORT'], { TAPELINE_CONFIGS_DIR: folder }).GATEWAY_PORT;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

it('takes the environment before the file', () => {
  expect(loadConfig(['GATEWAY_PORT'], env()).GATEWAY_PORT).toBe(8080);
  expect(loadConfig(['GATEWAY_PORT'], env({ GATEWAY_PORT: '9' })).GATEWAY_PORT).toBe(9);
  expect(loadConfig(['GATEWAY_PORT'], env({ GATEWAY_PORT: '' })).GATEWAY_PORT).toBe(8080);
});

it('names every fault at once, and what to do', () => {
  const load = () =>
    loadConfig(
      ['DATABASE_URL', 'NATS_URL', 'LOG_LEVEL', 'HEALTH_PORT'],
      env({ NATS_URL: 'localhost', LOG_LEVEL: 'loud', HEALTH_PORT: '70000' }),
    );
  expect(load).toThrow(ConfigError);
  expect(load).toThrow('DATABASE_URL is not set: set it in the environment, or database.url');
  expect(load).toThrow('NATS_URL: must be an address that begins with nats://');
  expect(load).toThrow('LOG_LEVEL: Invalid option');
  expect(load).toThrow('HEALTH_PORT: Too big');
});

it('asks only for what a service uses', () => {
  expect(Object.keys(loadConfig([], env()))).toEqual(['TAPELINE_CONFIGS_DIR']);
});

it('says where the configuration should be', () => {
  expect(() => loadConfig([], { TAPELINE_CONFIGS_DIR: '/nowhere' })).toThrow(
    'set TAPELINE_CONFIGS_DIR',
  );
});

it('refuses a misspelt line of system.yaml, and what is no YAML', () => {
  expect(loadWith('gateway:\n  port: 81')).toBe(81);
  expect(() => loadWith('gatway:\n  port: 81')).toThrow('gatway in system.yaml is no setting');
  expect(() => loadWith('gateway:\n  prt: 81')).toThrow('gateway.prt in system.yaml is no setting');
  expect(() => loadWith('gateway: [')).toThrow('system.yaml is no YAML');
  expect(() => loadWith('')).toThrow('GATEWAY_PORT is not set');
});

it('cannot be changed, and gives away no secret', () => {
  const config = loadConfig(
    ['DATABENTO_API_KEY', 'DATABASE_URL'],
    env({ DATABENTO_API_KEY: 'db-secret', DATABASE_URL: 'postgres://u:hidden@h/d' }),
  );
  expect(config.DATABENTO_API_KEY).toBe('db-secret');
  expect(Object.isFrozen(config)).toBe(true);
  for (const text of [JSON.stringify(config), inspect(config)]) {
    expect(text).not.toMatch(/secret|hidden/);
    expect(text).toContain('postgres://u:***@h/d');
  }
});

it('takes passwords and tokens out of addresses', () => {
  expect(redactUrl('nats://u:p@a:4222,nats://u:p@b:4222')).toBe(
    'nats://u:***@a:4222,nats://u:***@b:4222',
  );
  expect(redactUrl('nats://token@a:4222')).toBe('nats://***@a:4222');
  expect(redactUrl('http://127.0.0.1:80/x')).toBe('http://127.0.0.1:80/x');
});

it('reads how long chunks last, by schema', () => {
  const spans = (text: string) =>
    loadConfig(['CHUNK_SPANS'], env({ CHUNK_SPANS: text })).CHUNK_SPANS;
  expect([...spans('ohlcv-1m=year, status=day')]).toEqual([
    ['ohlcv-1m', 'year'],
    ['status', 'day'],
  ]);
  expect(() => spans('trades=week')).toThrow("'trades=week' is not schema=day, month or year");
});
