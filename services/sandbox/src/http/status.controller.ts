import { Controller, Get, Header } from '@nestjs/common';

/** What answers without a key. */
@Controller()
export class StatusController {
  @Get('healthz')
  @Header('x-process-id', String(process.pid))
  healthz() {
    return { status: 'ok' };
  }

  @Get('v0')
  version() {
    return { 'api-version': 'v0' };
  }
}
