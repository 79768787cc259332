import { z } from 'zod';
import { problemTitle } from '../domain/problem.js';
import { answerSchemaOf, bodySchemaOf, parametersOf } from './json-schema-of.js';
import type { JsonSchema } from './json-schema-of.js';
import type { OperationDescription } from './operation.js';
import type { Route } from './routes-of.js';

const VERSION = '0.1.0';
const JSON_TYPE = 'application/json';
const PROBLEM_TYPE = 'application/problem+json';

const PROBLEM: JsonSchema = {
  type: 'object',
  description: 'A refusal in the form of RFC 9457, which says what to do.',
  required: ['type', 'title', 'status', 'detail', 'instance', 'remedy'],
  properties: {
    type: { type: 'string', examples: ['urn:tapeline:problem:unknown-symbol'] },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string' },
    instance: { type: 'string' },
    remedy: { type: 'string', description: 'What the caller can do' },
  },
};

const KEYS = {
  bearer: { type: 'http', scheme: 'bearer', description: 'A key made by `tapeline keys create`' },
  header: { type: 'apiKey', in: 'header', name: 'X-Api-Key' },
  basic: {
    type: 'http',
    scheme: 'basic',
    description: 'The key as user name, as Databento has it',
  },
} as const;

const ANY_KEY = Object.keys(KEYS).map((name) => ({ [name]: [] }));

/** The gateway's OpenAPI 3.1 document, made from what its operations say and check. */
export function openApiDocument(routes: readonly Route[]): JsonSchema {
  const paths: Record<string, JsonSchema> = {};
  for (const { method, path, name, operation } of routes) {
    if (!operation) throw new Error(`${name} has no @Operation`);
    const address = path.replaceAll(/:(\w+)/g, '{$1}');
    paths[address] = {
      ...paths[address],
      [method.toLowerCase()]: operationObject(path, name, operation),
    };
  }
  const named: Record<string, unknown> = {};
  const shared = hoist(paths, named);
  return {
    openapi: '3.1.0',
    info: {
      title: 'tapeline query gateway',
      version: VERSION,
      description:
        'Prices are exact: decimals with nine digits or integers in units of 1e-9. Times are nanoseconds since 1970 in UTC, ranges half-open. ' +
        'Symbols are resolved as of each UTC day. Addresses under /v0 answer as Databento does.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    tags: [...new Set(routes.map(({ path }) => tagOf(path)))].map((name) => ({ name })),
    paths: shared,
    components: { schemas: { Problem: PROBLEM, ...named }, securitySchemes: KEYS },
  };
}

/** Takes forms that have a name out of where they are used, into `named`. */
function hoist(node: unknown, named: Record<string, unknown>): unknown {
  if (Array.isArray(node)) return node.map((item) => hoist(item, named));
  if (typeof node !== 'object' || node === null) return node;
  const { $defs = {}, ...rest } = node as JsonSchema;
  for (const [name, form] of Object.entries($defs as JsonSchema)) named[name] = hoist(form, named);
  return Object.fromEntries(
    Object.entries(rest).map(([key, value]) => [
      key,
      key === '$ref' && typeof value === 'string'
        ? value.replace('#/$defs/', '#/components/schemas/')
        : hoist(value, named),
    ]),
  );
}

function operationObject(path: string, name: string, operation: OperationDescription): JsonSchema {
  const { summary, description, role, query, path: parts, body, status = 200 } = operation;
  const parameters = [
    ...(parts ? parametersOf(parts) : []).map((part) => ({
      ...part,
      isRequired: true,
      in: 'path',
    })),
    ...(query ? parametersOf(query) : []).map((part) => ({ ...part, in: 'query' })),
  ];
  return {
    operationId: name.replace(/Controller\./, '.'),
    tags: [tagOf(path)],
    summary,
    ...(description !== undefined && { description }),
    security: role === 'anybody' ? [] : ANY_KEY,
    'x-role': role,
    ...(parameters.length > 0 && {
      parameters: parameters.map(
        ({ name: parameter, in: place, isRequired, description: meaning, schema }) => ({
          name: parameter,
          in: place,
          required: isRequired,
          ...(meaning !== undefined && { description: meaning }),
          schema,
        }),
      ),
    }),
    ...(body && {
      requestBody: { required: true, content: { [JSON_TYPE]: { schema: bodySchemaOf(body) } } },
    }),
    responses: {
      [String(status)]: { description: 'The answer', content: contentOf(operation) },
      ...(isRange(path) && {
        '206': {
          description:
            'The answer, of which a part is not held, or a symbol not known on some days',
          content: contentOf(operation),
        },
      }),
      default: {
        description: refusals(operation),
        content: { [PROBLEM_TYPE]: { schema: { $ref: '#/components/schemas/Problem' } } },
      },
    },
  };
}

const contentOf = ({ answers }: OperationDescription): JsonSchema =>
  Object.fromEntries(
    Object.entries(answers).map(([type, form]) => [
      type,
      {
        schema:
          form instanceof z.ZodType
            ? answerSchemaOf(form)
            : form === 'text'
              ? { type: type === JSON_TYPE ? 'object' : 'string' }
              : { type: 'string', contentMediaType: type },
      },
    ]),
  );

const isRange = (path: string): boolean => /^\/v1\/(timeseries|bars|statistics)/.test(path);

const refusals = ({ problems = [] }: OperationDescription): string =>
  ['A refusal', ...problems.map((kind) => `${kind}: ${problemTitle(kind)}`)].join('; ');

/** `/v1/jobs/:id` → `jobs`. */
function tagOf(path: string): string {
  const [version = '', name] = path.split('/').filter((part) => part !== '');
  if (version === 'v0') return "Databento's API";
  return version === 'v1' ? name! : 'service';
}
