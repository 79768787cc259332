import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { NestPinoLogger } from '@tapeline/telemetry';
import { QueryGatewayModule } from './query-gateway.module.js';
import type { GatewayParts } from './query-gateway.module.js';

/** Room for the 2,000 symbols that a query may name in its address. */
const MAX_HEADER_BYTES = 160 * 1024;

/** The HTTP application, not listening yet. */
export async function createGateway(parts: GatewayParts): Promise<NestFastifyApplication> {
  const adapter = new FastifyAdapter({
    http: { maxHeaderSize: MAX_HEADER_BYTES },
    exposeHeadRoutes: false,
    // Answers in flight would keep a stopping gateway alive; their statements are cancelled.
    forceCloseConnections: true,
  });
  const app = await NestFactory.create<NestFastifyApplication>(
    QueryGatewayModule.register(parts),
    adapter,
    { logger: new NestPinoLogger(parts.logger), abortOnError: false },
  );
  app.useSecurityHeaders();
  return app;
}
