import * as fc from 'fast-check';
import { z } from 'zod';
import type { Route } from '../openapi/routes-of.js';
import { HOSTILE_VALUES } from './hostile-values.js';

export interface DrawnRequest {
  readonly method: string;
  /** With its query. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
}

/** What is often right for a parameter of the name. */
const PLAUSIBLE: Readonly<Record<string, readonly string[]>> = {
  dataset: ['GLBX.MDP3', 'XNAS.ITCH'],
  schema: ['trades', 'definition', 'ohlcv-1d'],
  symbols: ['ALL_SYMBOLS', 'ESU4', '1', 'ESU4,NQU4', 'ES.c.0', 'ES.FUT'],
  start: ['2024-07-01', '2024-07-01T13:30:00Z', '1719792000000000000'],
  end: ['2024-07-02', '2024-07-01T14:00:00.000000001Z'],
  since: ['2024-07-01'],
  until: ['2024-07-02'],
  limit: ['1', '10', '1000'],
  cursor: ['1', '100'],
  id: ['1', 'unknown'],
  ids: ['1', '1,2,3'],
  rule: ['price_undefined'],
  sql: ['SELECT 1', 'TABLE stat_type', 'SELECT count(*) FROM trades'],
};

interface JsonSchema {
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly enum?: readonly unknown[];
  readonly type?: string;
}

const jsonSchemaOf = (schema: z.ZodType): JsonSchema =>
  z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as JsonSchema;

const hostileText = fc.oneof(
  fc.constantFrom(...HOSTILE_VALUES),
  fc.string({ unit: 'binary', maxLength: 40 }),
);

function textOf(name: string, schema: JsonSchema): fc.Arbitrary<string> {
  const known = [...(PLAUSIBLE[name] ?? []), ...(schema.enum ?? []).map(String)];
  if (known.length === 0) return hostileText;
  return fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom(...known) },
    { weight: 1, arbitrary: hostileText },
  );
}

/** Any JSON, mostly of the schema's form. */
function valueOf(name: string, schema: JsonSchema): fc.Arbitrary<unknown> {
  const any = fc.jsonValue({ maxDepth: 3 });
  if (schema.properties) {
    const members = Object.entries(schema.properties).map(
      ([key, member]) => [key, valueOf(key, member)] as const,
    );
    const object = fc.record(Object.fromEntries(members), { requiredKeys: [] });
    return fc.oneof({ weight: 9, arbitrary: object }, { weight: 1, arbitrary: any });
  }
  if (schema.type === 'integer' || schema.type === 'number') {
    return fc.oneof(fc.integer({ min: -1, max: 1000 }), fc.double(), any);
  }
  if (schema.type === 'boolean') return fc.oneof(fc.boolean(), any);
  if (schema.type === 'array') return fc.oneof(fc.array(textOf(name, schema)), any);
  return fc.oneof({ weight: 6, arbitrary: textOf(name, schema) }, { weight: 1, arbitrary: any });
}

/** Some of the parameters, sometimes one twice or one that nobody knows. */
function queryOf(schema: z.ZodObject | undefined): fc.Arbitrary<string> {
  const { properties = {} } = schema ? jsonSchemaOf(schema) : {};
  const pairs = Object.entries(properties).map(([name, member]) =>
    fc
      .option(fc.tuple(fc.constant(name), textOf(name, member)), { nil: undefined, freq: 2 })
      .map((pair) => pair ?? []),
  );
  const stray = fc.tuple(fc.oneof(hostileText, fc.constant('limit')), hostileText);
  return fc.tuple(fc.tuple(...pairs), rarely(stray)).map(([known, extra]) => {
    const all = [...known, extra].filter((pair) => pair.length === 2) as [string, string][];
    return all.map(([name, value]) => `${percent(name)}=${percent(value)}`).join('&');
  });
}

const rarely = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | []> =>
  fc.oneof({ weight: 9, arbitrary: fc.constant([] as []) }, { weight: 1, arbitrary });

/** Lone surrogates are no UTF-8. */
const percent = (text: string): string => encodeURIComponent(text.toWellFormed());

const pathOf = (path: string): fc.Arbitrary<string> =>
  fc
    .array(fc.oneof(textOf('id', {}), hostileText), { minLength: 4, maxLength: 4 })
    .map((values) => path.replaceAll(/:\w+/g, () => percent(values.pop() ?? 'x')));

function bodyOf(schema: z.ZodType | undefined): fc.Arbitrary<string | undefined> {
  if (!schema) return fc.constant(undefined);
  const form = jsonSchemaOf(schema);
  const branches = form.anyOf ?? form.oneOf ?? [form];
  const json = fc
    .oneof(...branches.map((branch) => valueOf('', branch)))
    .map((value) => JSON.stringify(value));
  return fc.oneof({ weight: 12, arbitrary: json }, { weight: 1, arbitrary: hostileText });
}

/** Requests to the routes, most of them nearly right. @param keys of which each is sent sometimes. */
export const arbitraryRequest = (
  routes: readonly Route[],
  keys: readonly string[],
): fc.Arbitrary<DrawnRequest> =>
  fc.oneof(
    ...routes.map(({ method, path, operation }) =>
      fc
        .record({
          path: pathOf(path),
          query: queryOf(operation?.query),
          key: fc.oneof(
            { weight: 8, arbitrary: fc.constantFrom(...keys) },
            { weight: 1, arbitrary: fc.constant('') },
          ),
          accept: fc.constantFrom('*/*', 'text/csv', 'application/x-ndjson', 'text/html;q=0', ',;'),
          body: method === 'GET' ? fc.constant(undefined) : bodyOf(operation?.body),
          type: fc.oneof(
            { weight: 12, arbitrary: fc.constant('application/json') },
            { weight: 1, arbitrary: fc.constantFrom('text/plain', 'text/html', 'x', '') },
          ),
        })
        .map(({ path: drawn, query, key, accept, body, type }) => ({
          method,
          target: query === '' ? drawn : `${drawn}?${query}`,
          headers: {
            accept,
            ...(key !== '' && { authorization: `Bearer ${key}` }),
            ...(body !== undefined && { 'content-type': type }),
          },
          body,
        })),
    ),
  );
