import { inspect } from 'node:util';
import { fileURLToPath } from 'node:url';
import { expect, it } from '@jest/globals';
import { ConfigError, loadConfig } from './load-config.js';

const configs = fileURLToPath(new URL('../../../configs', import.meta.url));
const env = (values: Record<string, string> = {}) => ({ TAPELINE_CONFIGS_DIR: configs, ...values });

it('takes the environment before the file', () => {
  expect(loadConfig(['GATEWAY_PORT'], env()).GATEWAY_PORT).toBe(8080);
  expect(loadConfig(['GATEWAY_PORT'], env({ GATEWAY_PORT: '9' })).GATEWAY_PORT).toBe(9);
});

it('names every fault at once, and what to do', () => {
  const load = () =>
    loadConfig(
      ['DATABASE_URL', 'NATS_URL', 'LOG_LEVEL'],
      env({ NATS_URL: 'localhost', LOG_LEVEL: 'loud' }),
    );
  expect(load).toThrow(ConfigError);
  expect(load).toThrow('DATABASE_URL is not set: set it in the environment, or database.url');
  expect(load).toThrow('NATS_URL: must be an address that begins with nats://');
  expect(load).toThrow('LOG_LEVEL: Invalid option');
});

it('asks only for what a service uses', () => {
  expect(Object.keys(loadConfig([], env()))).toEqual(['TAPELINE_CONFIGS_DIR']);
});

it('says where the configuration should be', () => {
  expect(() => loadConfig([], { TAPELINE_CONFIGS_DIR: '/nowhere' })).toThrow(
    'set TAPELINE_CONFIGS_DIR',
  );
});

it('cannot be changed, and gives away no secret', () => {
  const config = loadConfig(
    ['DATABENTO_API_KEY', 'DATABASE_URL'],
    env({ DATABENTO_API_KEY: 'db-secret', DATABASE_URL: 'postgres://u:hidden@h/d' }),
  );
  expect(Object.isFrozen(config)).toBe(true);
  expect(JSON.stringify(config)).not.toMatch(/secret|hidden/);
  expect(JSON.stringify(config)).toContain('postgres://u:***@h/d');
  expect(inspect(new ConfigError('x'))).not.toContain('hidden');
});
