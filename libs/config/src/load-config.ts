/**
 * What a service reads from its environment, once, at start. The same names everywhere; defaults come
 * from configs/system.yaml, and the environment goes before them.
 */
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { inspect } from 'node:util';
import { parse } from 'yaml';
import { z } from 'zod';
import { redactUrl } from './redact-url.js';

const port = z.coerce.number().int().min(0).max(65_535);
const count = z.coerce.number().int().positive();
const url = (...protocols: string[]) =>
  z.string().refine((text) => protocols.some((name) => text.startsWith(`${name}://`)), {
    error: `must be an address that begins with ${protocols.map((name) => `${name}://`).join(' or ')}`,
  });

/** `ohlcv-1m=year,trades=day`: how long a chunk lasts, by schema. */
const chunkSpans = z.string().transform((text, context) => {
  const spans = new Map<string, 'day' | 'month' | 'year'>();
  for (const entry of text.split(',').filter((part) => part.trim() !== '')) {
    const [, schema, span] = /^\s*([a-z0-9-]+)=(day|month|year)\s*$/.exec(entry) ?? [];
    if (schema === undefined) {
      context.addIssue({ code: 'custom', message: `'${entry}' is not schema=day, month or year` });
      return z.NEVER;
    }
    spans.set(schema, span as 'day' | 'month' | 'year');
  }
  return spans;
});

const SHORTEST_KEY = 24;

/** `https://a.example,https://b.example`: each as a browser names it. */
const origins = z.string().transform((text, context) => {
  const list = text.split(',').flatMap((origin) => origin.trim() || []);
  const wrong = list.find((origin) => !URL.canParse(origin) || new URL(origin).origin !== origin);
  if (wrong === undefined) return list;
  context.addIssue({
    code: 'custom',
    message: `'${wrong}' is no origin such as https://charts.example`,
  });
  return z.NEVER;
});

/** Each setting: its name in the environment, its place in system.yaml, its form. */
const SETTINGS = {
  NATS_URL: ['nats.url', url('nats', 'tls')],
  NATS_REPLICAS: ['nats.replicas', z.coerce.number().int().min(1).max(5)],
  DATABASE_URL: ['database.url', url('postgres', 'postgresql')],
  DATABASE_CONNECTIONS: ['database.connections', count],
  DATABASE_COMPRESS_AFTER_DAYS: [
    'database.compress_after_days',
    z.coerce.number().int().nonnegative(),
  ],
  DATABASE_RETAIN_DAYS: ['database.retain_days', z.coerce.number().int().nonnegative()],
  DATABENTO_API_KEY: ['databento.api_key', z.string().min(1)],
  DATABENTO_BASE_URL: ['databento.base_url', url('https', 'http')],
  ARCHIVE_FOLDER: ['archive.folder', z.string().min(1)],
  ARCHIVE_S3_BUCKET: ['archive.s3.bucket', z.string()],
  ARCHIVE_S3_ENDPOINT: ['archive.s3.endpoint', z.string()],
  ARCHIVE_S3_REGION: ['archive.s3.region', z.string()],
  ARCHIVE_S3_PREFIX: ['archive.s3.prefix', z.string()],
  CHUNK_SPANS: ['databento.chunk_spans', chunkSpans],
  BATCH_ABOVE_BYTES: ['databento.batch_above_bytes', z.coerce.number().int().positive()],
  MAX_JOB_COST_USD: ['costs.max_job_usd', z.coerce.number().nonnegative()],
  MONTHLY_BUDGET_USD: ['costs.monthly_budget_usd', z.coerce.number().nonnegative()],
  QUARANTINE_KEEP_RESOLVED_DAYS: [
    'quarantine.keep_resolved_days',
    z.coerce.number().int().nonnegative(),
  ],
  GATEWAY_HOST: ['gateway.host', z.string().min(1)],
  GATEWAY_PORT: ['gateway.port', port],
  GATEWAY_AUTH: ['gateway.auth', z.enum(['keys', 'off'])],
  GATEWAY_OPERATOR_KEY: [
    'gateway.operator_key',
    z.string().refine((key) => key === '' || key.length >= SHORTEST_KEY, {
      error: `a key has at least ${SHORTEST_KEY} characters, for instance from: openssl rand -hex 24`,
    }),
  ],
  GATEWAY_REQUESTS_PER_MINUTE: [
    'gateway.requests_per_minute',
    z.coerce.number().int().nonnegative(),
  ],
  GATEWAY_CONCURRENT_REQUESTS: [
    'gateway.concurrent_requests',
    z.coerce.number().int().nonnegative(),
  ],
  GATEWAY_STATEMENT_SECONDS: ['gateway.statement_seconds', count],
  GATEWAY_CORS_ORIGINS: ['gateway.cors_origins', origins],
  GATEWAY_SQL_URL: ['gateway.sql_url', z.literal('').or(url('postgres', 'postgresql'))],
  SANDBOX_HOST: ['sandbox.host', z.string().min(1)],
  SANDBOX_PORT: ['sandbox.port', port],
  SANDBOX_DATA_DIR: ['sandbox.data_dir', z.string()],
  SANDBOX_SEED: ['sandbox.seed', z.coerce.number().int().nonnegative()],
  SANDBOX_TRADES_PER_DAY: ['sandbox.trades_per_day', count],
  HEALTH_HOST: ['health.host', z.string().min(1)],
  HEALTH_PORT: ['health.port', port],
  LOG_LEVEL: ['log.level', z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal'])],
} as const satisfies Record<string, readonly [string, z.ZodType]>;

type Settings = typeof SETTINGS;
type SettingName = keyof Settings;

/** All settings by the name they have in the environment. */
export type Config = Readonly<{ [Name in SettingName]: z.output<Settings[Name][1]> }> & {
  /** Folder of system.yaml, rules and validation. */
  readonly TAPELINE_CONFIGS_DIR: string;
};

/** Settings that are missing or wrong, each with what to do. Values of secrets are not in it. */
export class ConfigError extends Error {
  readonly code = 'invalid_config';
  override readonly name = 'ConfigError';
}

/**
 * Reads and checks the settings; only those asked for are required.
 * @throws ConfigError that names every wrong one at once.
 */
export function loadConfig<Name extends SettingName>(
  names: readonly Name[],
  env: Readonly<Record<string, string | undefined>> = process.env,
): Readonly<Pick<Config, Name | 'TAPELINE_CONFIGS_DIR'>> {
  const folder = resolve(env['TAPELINE_CONFIGS_DIR'] ?? 'configs');
  const defaults = readDefaults(folder);
  const faults = strayPaths(defaults).map(
    (path) => `${path} in system.yaml is no setting: correct its spelling or take it out`,
  );
  const values = names.map((name) => {
    const [path, shape] = SETTINGS[name];
    const given = env[name] === undefined || env[name] === '' ? lookUp(defaults, path) : env[name];
    if (given === undefined || given === null) {
      faults.push(`${name} is not set: set it in the environment, or ${path} in system.yaml`);
      return [name, undefined];
    }
    const result = shape.safeParse(given);
    if (!result.success) faults.push(`${name}: ${result.error.issues[0]?.message}`);
    return [name, result.data];
  });
  if (faults.length > 0) throw new ConfigError(faults.join('\n'));
  return withSafeJson({ ...Object.fromEntries(values), TAPELINE_CONFIGS_DIR: folder });
}

function readDefaults(folder: string): unknown {
  const path = join(folder, 'system.yaml');
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    throw new ConfigError(`cannot read ${path}: set TAPELINE_CONFIGS_DIR to the configs folder`, {
      cause,
    });
  }
  try {
    return parse(text) as unknown;
  } catch (cause) {
    throw new ConfigError(`${path} is no YAML: ${(cause as Error).message}`, { cause });
  }
}

/** Paths of system.yaml that no setting has: a misspelt one would go unnoticed otherwise. */
function strayPaths(tree: unknown, above = ''): string[] {
  if (typeof tree !== 'object' || tree === null) return [];
  const known = Object.values(SETTINGS).map(([path]) => path);
  return Object.entries(tree).flatMap(([key, value]) => {
    const path = `${above}${key}`;
    if (known.some((place) => place === path)) return [];
    const leadsOn = known.some((place) => place.startsWith(`${path}.`));
    return leadsOn ? strayPaths(value, `${path}.`) : [path];
  });
}

const lookUp = (tree: unknown, path: string): unknown =>
  path
    .split('.')
    .reduce<unknown>((node, key) => (node as Record<string, unknown> | undefined)?.[key], tree);

/** Frozen, and harmless when it gets into a log: no key, no password. */
function withSafeJson<Value extends object>(values: Value): Value {
  const toJSON = () =>
    Object.fromEntries(
      Object.entries(values).map(([name, value]) => [
        name,
        name.endsWith('_KEY') ? '***' : typeof value === 'string' ? redactUrl(value) : value,
      ]),
    );
  Object.defineProperty(values, 'toJSON', { value: toJSON });
  Object.defineProperty(values, inspect.custom, { value: toJSON });
  return Object.freeze(values);
}
