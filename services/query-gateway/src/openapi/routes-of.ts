import { RequestMethod } from '@nestjs/common';
import type { Type } from '@nestjs/common';
import { OPERATION } from './operation.js';
import type { OperationDescription } from './operation.js';

/** Under which Nest keeps what its decorators say. */
const PATH_METADATA = 'path';
const METHOD_METADATA = 'method';

export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** `/v1/jobs/:id` */
  readonly path: string;
  /** Of the controller and its method. */
  readonly name: string;
  /** Undefined for a method that nobody described. */
  readonly operation: OperationDescription | undefined;
}

/** What controllers answer, in the order in which they say so. */
export const routesOf = (controllers: readonly Type[]): Route[] =>
  controllers.flatMap((controller) => {
    const prototype = controller.prototype as Record<string, unknown>;
    const base = (metadata(PATH_METADATA, controller) as string | undefined) ?? '';
    return Object.getOwnPropertyNames(prototype).flatMap((name): Route[] => {
      const handler = Object.getOwnPropertyDescriptor(prototype, name)?.value as object;
      const method = metadata(METHOD_METADATA, handler) as RequestMethod | undefined;
      if (method === undefined) return [];
      const parts = [base, metadata(PATH_METADATA, handler) as string].flatMap((path) =>
        path.split('/').filter((part) => part !== ''),
      );
      return [
        {
          method: RequestMethod[method] as Route['method'],
          path: `/${parts.join('/')}`,
          name: `${controller.name}.${name}`,
          operation: metadata(OPERATION, handler) as OperationDescription | undefined,
        },
      ];
    });
  });

const metadata = (key: string, target: object): unknown => Reflect.getMetadata(key, target);
