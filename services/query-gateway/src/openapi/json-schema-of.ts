import { z } from 'zod';

/** A JSON Schema of draft 2020-12, as OpenAPI 3.1 has them. */
export type JsonSchema = Record<string, unknown>;

interface Unwrapped {
  readonly schema: z.ZodType;
  readonly isOptional: boolean;
  readonly defaultValue: unknown;
  readonly description: string | undefined;
}

/** What a schema takes before it looks at it: the steps of `z.preprocess` stand for no form of their own. */
function unwrap(given: z.ZodType): Unwrapped {
  let schema = given;
  let isOptional = false;
  let defaultValue: unknown;
  let description: string | undefined;
  for (;;) {
    description ??=
      schema.description ?? (schema.meta() as { description?: string } | undefined)?.description;
    const def = schema.def as {
      type: string;
      innerType?: z.ZodType;
      in?: z.ZodType;
      out?: z.ZodType;
      defaultValue?: unknown;
    };
    if (def.type === 'optional' || def.type === 'nullable') {
      isOptional = true;
      schema = def.innerType!;
    } else if (def.type === 'default' || def.type === 'prefault') {
      isOptional = true;
      ({ defaultValue } = def);
      schema = def.innerType!;
    } else if (def.type === 'pipe') {
      const isPrepared = (def.in!.def as { type: string }).type === 'transform';
      schema = isPrepared ? def.out! : def.in!;
    } else {
      return { schema, isOptional, defaultValue, description };
    }
  }
}

const toJson = (schema: z.ZodType, io: 'input' | 'output'): JsonSchema => {
  const { $schema, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' }) as JsonSchema;
  void $schema;
  return rest;
};

export interface ParameterForm {
  readonly name: string;
  readonly isRequired: boolean;
  readonly description: string | undefined;
  readonly schema: JsonSchema;
}

/** The parameters of a query string or path, in order. Their values are texts, or lists of them. */
export const parametersOf = (shape: z.ZodObject): ParameterForm[] =>
  Object.entries(shape.shape).map(([name, given]) => {
    const { schema, isOptional, defaultValue, description } = unwrap(given as z.ZodType);
    const form = toJson(schema, 'input');
    const isKnown =
      form['type'] !== undefined || form['anyOf'] !== undefined || form['enum'] !== undefined;
    return {
      name,
      isRequired: !isOptional,
      description,
      schema: {
        ...(isKnown ? form : { type: 'string' }),
        ...(typeof defaultValue === 'string' && { default: defaultValue }),
      },
    };
  });

/** The form of a JSON body. */
export function bodySchemaOf(body: z.ZodType): JsonSchema {
  const { schema } = unwrap(body);
  if (!(schema instanceof z.ZodObject)) return toJson(body, 'input');
  const parameters = parametersOf(schema);
  const whole = toJson(schema, 'input');
  const given = (whole['properties'] ?? {}) as Record<string, JsonSchema>;
  return {
    ...whole,
    properties: Object.fromEntries(
      parameters.map(({ name, schema: form, description }) => [
        name,
        {
          ...(Object.keys(given[name] ?? {}).length > 0 ? given[name] : form),
          ...(description !== undefined && { description }),
        },
      ]),
    ),
    required: parameters.filter(({ isRequired }) => isRequired).map(({ name }) => name),
  };
}

/** The form of a JSON answer. */
export const answerSchemaOf = (answer: z.ZodType): JsonSchema => toJson(answer, 'output');
