import { Controller, Get, Header } from '@nestjs/common';
import { CallLog } from '../domain/call-log.js';

/** What answers without a key. */
@Controller()
export class StatusController {
  constructor(private readonly log: CallLog) {}

  @Get('healthz')
  @Header('x-process-id', String(process.pid))
  healthz() {
    return { status: 'ok' };
  }

  /** Not part of Databento's API: what was called, with its fields. */
  @Get('calls')
  calls() {
    return this.log.calls;
  }

  @Get('v0')
  version() {
    return { 'api-version': 'v0' };
  }
}
