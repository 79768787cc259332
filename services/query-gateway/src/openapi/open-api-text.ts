import 'reflect-metadata';
import { CONTROLLERS } from '../query-gateway.module.js';
import { openApiDocument } from './open-api-document.js';
import { routesOf } from './routes-of.js';

/** docs/openapi.json as it is to be committed. */
export const openApiText = (): string =>
  `${JSON.stringify(openApiDocument(routesOf(CONTROLLERS)), null, 2)}\n`;
