import { Controller, Get } from '@nestjs/common';

/** What answers without a key. */
@Controller()
export class StatusController {
  @Get('healthz')
  healthz() {
    return { status: 'ok' };
  }

  @Get('v0')
  version() {
    return { 'api-version': 'v0' };
  }
}
