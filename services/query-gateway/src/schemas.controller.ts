import { Controller, Get, Param, Query } from '@nestjs/common';
import { schemaNameSchema } from '@tapeline/contracts';
import { SCHEMA_NAMES } from '@tapeline/records';
import { readHeldSchemas, readSchema, Storage } from '@tapeline/storage';
import { z } from 'zod';
import { readParameters } from './domain/query-parameters.js';
import { schemaAnswer, schemaAnswerSchema } from './domain/schema-answer.js';
import { Operation } from './openapi/operation.js';

const parameters = z.strictObject({});
const path = z.strictObject({ schema: schemaNameSchema });

@Controller('v1/schemas')
export class SchemasController {
  constructor(private readonly storage: Storage) {}

  /** Every schema with its fields, and what is held of it. */
  @Get()
  @Operation({
    summary: 'List the schemas with their fields and what is held of them',
    role: 'reader',
    query: parameters,
    answers: { 'application/json': z.object({ schemas: z.array(schemaAnswerSchema) }) },
  })
  async list(@Query() query: Record<string, unknown>) {
    readParameters(parameters, query, 'there are none');
    const [held, schemas] = await Promise.all([
      readHeldSchemas(this.storage),
      Promise.all(SCHEMA_NAMES.map((name) => readSchema(this.storage, name))),
    ]);
    return { schemas: schemas.map((schema) => schemaAnswer(schema, held)) };
  }

  /** One schema with its fields, and what is held of it. */
  @Get(':schema')
  @Operation({
    summary: 'Show a schema with its fields and what is held of it',
    role: 'reader',
    path,
    query: parameters,
    answers: { 'application/json': schemaAnswerSchema },
  })
  async one(@Param() given: Record<string, unknown>, @Query() query: Record<string, unknown>) {
    const { schema: name } = readParameters(path, given);
    readParameters(parameters, query, 'there are none');
    const [held, schema] = await Promise.all([
      readHeldSchemas(this.storage),
      readSchema(this.storage, name),
    ]);
    return schemaAnswer(schema, held);
  }
}
