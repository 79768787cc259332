import { createReadStream, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Controller, Get, Header, Inject, Param, StreamableFile } from '@nestjs/common';
import { z } from 'zod';
import { Problem } from './domain/problem.js';
import { Operation } from './openapi/operation.js';

/** Injection token of the OpenAPI document. */
export const OPENAPI_DOCUMENT = Symbol('OpenAPI document');

const UI = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
const OWN = join(import.meta.dirname, '../assets');
const HTML = 'text/html; charset=utf-8';

const FILES: Readonly<Record<string, readonly [folder: string, type: string]>> = {
  'swagger-ui.css': [UI, 'text/css; charset=utf-8'],
  'swagger-ui-bundle.js': [UI, 'text/javascript; charset=utf-8'],
  'favicon-32x32.png': [UI, 'image/png'],
  'open-docs.js': [OWN, 'text/javascript; charset=utf-8'],
};

const filePath = z.object({ file: z.enum(Object.keys(FILES) as [string, ...string[]]) });

/** What the gateway says of itself, for programs and for people. */
@Controller()
export class DocsController {
  constructor(@Inject(OPENAPI_DOCUMENT) private readonly document: object) {}

  @Get('openapi.json')
  @Operation({
    summary: "Read the gateway's OpenAPI document",
    role: 'anybody',
    answers: { 'application/json': z.looseObject({ openapi: z.string() }) },
  })
  openapi() {
    return this.document;
  }

  @Get('docs')
  // The library sets styles of single elements, and has its own images as data.
  @Header(
    'Content-Security-Policy',
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'",
  )
  @Operation({ summary: 'Browse the operations', role: 'anybody', answers: { [HTML]: 'text' } })
  page(): StreamableFile {
    return new StreamableFile(readFileSync(join(OWN, 'docs.html')), { type: HTML });
  }

  @Get('docs/:file')
  @Operation({
    summary: 'Read a file of the page',
    role: 'anybody',
    path: filePath,
    answers: { 'text/css': 'text', 'text/javascript': 'text', 'image/png': 'binary' },
    problems: ['unknown-route'],
  })
  file(@Param('file') file: string): StreamableFile {
    const [folder, type] = Object.hasOwn(FILES, file) ? FILES[file]! : [];
    if (folder === undefined || type === undefined) {
      throw new Problem('unknown-route', 'the page has no such file', 'The page is at /docs.');
    }
    return new StreamableFile(createReadStream(join(folder, file)), { type });
  }
}
