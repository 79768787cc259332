/** docker-compose.yml and what it mounts: rendered as `docker compose config` would, and checked. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { loadConfig } from '@tapeline/config';
import * as dclint from 'dclint';
import { parse } from 'yaml';

const root = join(import.meta.dirname, '../../..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

interface Service {
  image: string;
  command?: string[];
  environment?: Record<string, string>;
  volumes?: string[];
  ports?: string[];
  healthcheck?: { test: string[] };
  'x-no-healthcheck'?: string;
}

/** dclint's own declarations name files that its package lacks. */
const {
  DCLinter: Linter,
}: {
  DCLinter: new (config: object) => {
    lintFiles(paths: string[], recursive: boolean): { messages: { message: string }[] }[];
  };
} = dclint;

const source = read('docker-compose.yml');
const VARIABLE = /\$\{(\w+)(?:(:[?-])([^}]*))?\}/g;

/** With every variable that .env must set, and the defaults of the others. */
const rendered = source.replaceAll(VARIABLE, (_, name: string, form: string, text: string) =>
  form === ':-' ? text : `value-of-${name}`,
);
const compose = parse(rendered, { merge: true }) as {
  services: Record<string, Service>;
  volumes: Record<string, unknown>;
};
const services = Object.entries(compose.services);
const ours = services.filter(([, { image }]) => image.startsWith('tapeline:'));

it('is a valid Compose file without dangers that dclint knows', () => {
  const order = [
    'service-keys-order',
    'services-alphabetical-order',
    'service-dependencies-alphabetical-order',
    'service-ports-alphabetical-order',
    'top-level-properties-order',
    // The five services share one image that is built here.
    'no-build-and-image',
  ];
  const linter = new Linter({
    rules: Object.fromEntries(order.map((rule) => [rule, 0])),
    quiet: false,
    debug: false,
    exclude: [],
  });
  const results = linter.lintFiles([join(root, 'docker-compose.yml')], false);
  expect(results.flatMap(({ messages }) => messages)).toEqual([]);
  expect(results).toHaveLength(1);
});

describe('variables', () => {
  const variables = [...source.matchAll(VARIABLE)].map(([, name, form, text]) => ({
    name: name ?? '',
    form,
    text: text ?? '',
  }));
  const example = read('.env.example');

  it('have defaults unless they are secret, and secrets have none', () => {
    const secrets = variables.filter(({ name }) => /PASSWORD|KEY|TOKEN|SECRET/.test(name));
    expect(secrets.length).toBeGreaterThan(0);
    for (const { name, form } of secrets) expect([name, form]).toEqual([name, ':?']);
    for (const { name, form } of variables) {
      expect([name, form]).toEqual([name, secrets.some((s) => s.name === name) ? ':?' : ':-']);
    }
  });

  it('all stand in .env.example, those without default with no value', () => {
    for (const { name, form } of variables) {
      if (name === 'TAPELINE_VERSION') continue;
      expect(example).toMatch(new RegExp(form === ':?' ? `^${name}=$` : `^#${name}=`, 'm'));
    }
  });
});

describe.each(services)('%s', (_, service) => {
  it('has an image with a version', () => {
    expect(service.image).toMatch(/^[\w./-]+:(\d|v\d|dev$)/);
  });

  it('has a healthcheck, or says why not', () => {
    const reason = service['x-no-healthcheck'] ?? '';
    expect(service.healthcheck?.test[0] ?? reason).toMatch(/^CMD$|\w+ \w+/);
  });

  it('publishes ports on loopback only', () => {
    for (const port of service.ports ?? []) expect(port).toMatch(/^127\.0\.0\.1:\d+:\d+$/);
  });

  it('mounts files that are there and volumes that are declared', () => {
    const mounts = (service.volumes ?? []).map((volume) => volume.split(':'));
    const isThere = ([from = '', , mode]: string[]): boolean =>
      from.startsWith('./')
        ? // Docker makes the folder of data files where it is absent.
          mode === 'ro' && (from === './data' || existsSync(join(root, from)))
        : from in compose.volumes;
    expect(mounts.filter((mount) => !isThere(mount))).toEqual([]);
  });
});

describe.each(ours)('our %s', (name, { command = [], environment = {} }) => {
  it('runs a service of this repository', () => {
    expect(command).toEqual([`services/${name}/dist/main.js`]);
    expect(existsSync(join(root, `services/${name}/src/main.ts`))).toBe(true);
  });

  it('is told only settings that libs/config knows, in their form', () => {
    const own = Object.keys(environment).filter((key) => !key.startsWith('OTEL_'));
    const configs = { TAPELINE_CONFIGS_DIR: join(root, 'configs') };
    const loaded = loadConfig(own as Parameters<typeof loadConfig>[0], {
      ...environment,
      ...configs,
    });
    expect(Object.keys(loaded).toSorted()).toEqual([...own, 'TAPELINE_CONFIGS_DIR'].toSorted());
  });
});

it('has the five services, and the sandbox only on demand', () => {
  expect(ours.map(([name]) => name).toSorted()).toEqual([
    'fetcher',
    'query-gateway',
    'sandbox',
    'transformer',
    'validator',
    'writer',
  ]);
  expect(compose.services['sandbox']).toHaveProperty('profiles', ['sandbox']);
});

describe('configurations', () => {
  const hosts = (text: string): string[] =>
    [...text.matchAll(/\b([a-z][a-z-]+):\d{4,5}\b/g)].map(([, host]) => host ?? '');

  it.each([
    'deploy/otel/collector.yaml',
    'deploy/prometheus/prometheus.yml',
    'deploy/grafana/provisioning/datasources/datasources.yaml',
  ])('%s names only services of the file', (path) => {
    const text = read(path);
    expect(parse(text)).toBeInstanceOf(Object);
    expect(hosts(text).length).toBeGreaterThan(0);
    for (const host of hosts(text)) expect(Object.keys(compose.services)).toContain(host);
  });

  it('the dashboards use data sources that are provisioned', () => {
    const { datasources } = parse(
      read('deploy/grafana/provisioning/datasources/datasources.yaml'),
    ) as { datasources: { uid: string }[] };
    const dashboard = JSON.parse(read('deploy/grafana/dashboards/ingest.json')) as {
      panels: { title: string; datasource: { uid: string } }[];
    };
    const known = datasources.map(({ uid }) => uid);
    expect(known).toEqual(['timescaledb', 'prometheus', 'jaeger']);
    for (const { datasource } of dashboard.panels) expect(known).toContain(datasource.uid);
  });
});

describe('Dockerfile', () => {
  const dockerfile = read('Dockerfile');

  it('runs without root, from pinned major versions, with no secret in it', () => {
    const stages = [...dockerfile.matchAll(/^FROM (\S+)/gm)].map(([, image]) => image);
    expect(stages).toEqual(['node:26-slim', 'node:26-slim']);
    expect(dockerfile).toMatch(/^USER node$/m);
    expect(dockerfile).not.toMatch(/PASSWORD|API_KEY|TOKEN/);
  });

  it('starts a file that the telemetry library builds', () => {
    expect(dockerfile).toContain('./libs/telemetry/dist/register.js');
    expect(existsSync(join(root, 'libs/telemetry/src/register.ts'))).toBe(true);
  });
});
