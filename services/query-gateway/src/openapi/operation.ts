import { SetMetadata } from '@nestjs/common';
import type { CustomDecorator } from '@nestjs/common';
import type { z } from 'zod';
import type { ProblemKind } from '../domain/problem.js';

/** Who may call an operation: anybody, holders of any key, or of an operator's. */
export type OperationRole = 'anybody' | 'reader' | 'operator';

/** What an operation of the gateway takes and gives, for its check of keys and for the OpenAPI document. */
export interface OperationDescription {
  /** One line, in the imperative: `List the jobs`. */
  readonly summary: string;
  readonly description?: string;
  readonly role: OperationRole;
  /** The very schema by which the query string is read. */
  readonly query?: z.ZodObject;
  /** The very schema by which the body is read. */
  readonly body?: z.ZodType;
  /** Parts of the path. */
  readonly path?: z.ZodObject;
  /** Of the success; 200 by default. */
  readonly status?: number;
  /** By content type: a schema for JSON, `text` or `binary` for what is no JSON. */
  readonly answers: Readonly<Record<string, z.ZodType | 'text' | 'binary'>>;
  /** Those that are its own: what all have in common need not be named. */
  readonly problems?: readonly ProblemKind[];
}

export const OPERATION = 'tapeline:operation';

/** Describes a method of a controller. Every one has it: the guard refuses what has none. */
export const Operation = (description: OperationDescription): CustomDecorator =>
  SetMetadata(OPERATION, description);
