import { randomBytes } from 'node:crypto';
import { NestFactory } from '@nestjs/core';
import type { LoggerService } from '@nestjs/common';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { MarketSource } from './domain/market-source.js';
import { SandboxModule } from './sandbox.module.js';

export interface Sandbox {
  /** Where it listens, without `/v0`. */
  readonly url: string;
  /** Ends open streams and stops. */
  close(): Promise<void>;
}

export interface SandboxOptions {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly logger: LoggerService | false;
}

/** Serves a source over HTTP. @throws if the port is taken. */
export async function startSandbox(
  source: MarketSource,
  { host, port, logger }: SandboxOptions,
): Promise<Sandbox> {
  const adapter = new FastifyAdapter({
    forceCloseConnections: true,
    // Behind a TLS proxy, which official clients for Python need, URLs of files must begin with https.
    trustProxy: true,
    routerOptions: { ignoreTrailingSlash: true },
  });
  adapter.getInstance().addHook('onRequest', (_, reply, done) => {
    reply.header('request-id', randomBytes(16).toString('hex'));
    done();
  });
  const app = await NestFactory.create<NestFastifyApplication>(
    SandboxModule.serving(source),
    adapter,
    { logger, abortOnError: false },
  );
  await app.listen(port, host);
  return { url: await app.getUrl(), close: () => app.close() };
}
