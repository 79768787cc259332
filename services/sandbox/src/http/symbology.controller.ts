import { Controller, Get, HttpCode, Post, UseGuards } from '@nestjs/common';
import { MetadataApi } from '@tapeline/historical-api';
import type { Fields } from '@tapeline/historical-api';
import { ApiKeyGuard } from './api-key.guard.js';
import { FaultGuard } from './fault.guard.js';
import { RequestFields } from './request-fields.js';

@Controller('v0')
@UseGuards(ApiKeyGuard, FaultGuard)
export class SymbologyController {
  constructor(private readonly api: MetadataApi) {}

  @Get('symbology.resolve')
  resolve(@RequestFields() fields: Fields) {
    return this.api.resolve(fields);
  }

  @Post('symbology.resolve')
  @HttpCode(200)
  postResolve(@RequestFields() fields: Fields) {
    return this.api.resolve(fields);
  }
}
