import 'reflect-metadata';
import { randomUUID } from 'node:crypto';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { NestPinoLogger } from '@tapeline/telemetry';
import { limitBytes } from './access/limit-bytes.js';
import { QueryGatewayModule } from './query-gateway.module.js';
import type { GatewayParts } from './query-gateway.module.js';
import { refuseAddress } from './refuse-address.js';
import { refuseUnreadable } from './refuse-unreadable.js';

/** Room for the 2,000 symbols that a query may name in its address. */
const MAX_HEADER_BYTES = 160 * 1024;
const MAX_BODY_BYTES = 1024 * 1024;
/** Within which a request must have come whole. */
const REQUEST_TIMEOUT_MS = 60_000;

/** The HTTP application, not listening yet. */
export async function createGateway(parts: GatewayParts): Promise<NestFastifyApplication> {
  const adapter = new FastifyAdapter({
    http: { maxHeaderSize: MAX_HEADER_BYTES },
    bodyLimit: MAX_BODY_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    clientErrorHandler: refuseUnreadable,
    frameworkErrors: refuseAddress,
    // Names a request in the log and to its sender. What a sender says is not taken: it could name another's.
    genReqId: () => randomUUID(),
    requestIdHeader: false,
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
  const { corsOrigins: origin } = parts;
  if (origin.length > 0) {
    app.enableCors({ origin: [...origin], exposedHeaders: ['X-Request-Id', 'X-Warning'] });
  }
  const server = adapter.getInstance();
  server.addHook('onRequest', async (request, reply) => {
    reply.header('X-Request-Id', request.id);
    // As Databento names it, whose clients quote it.
    if (request.url.startsWith('/v0/')) reply.header('request-id', request.id);
  });
  server.addHook('onSend', limitBytes);
  return app;
}
