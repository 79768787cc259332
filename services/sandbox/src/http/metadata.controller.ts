import { Controller, Get, HttpCode, Post, UseGuards } from '@nestjs/common';
import { MetadataApi } from '@tapeline/historical-api';
import type { Fields } from '@tapeline/historical-api';
import { ApiKeyGuard } from './api-key.guard.js';
import { FaultGuard } from './fault.guard.js';
import { RequestFields } from './request-fields.js';

@Controller('v0')
@UseGuards(ApiKeyGuard, FaultGuard)
export class MetadataController {
  constructor(private readonly api: MetadataApi) {}

  @Get('metadata.list_publishers')
  listPublishers() {
    return this.api.listPublishers();
  }

  @Get('metadata.list_datasets')
  listDatasets(@RequestFields() fields: Fields) {
    return this.api.listDatasets(fields);
  }

  @Get('metadata.list_schemas')
  listSchemas(@RequestFields() fields: Fields) {
    return this.api.listSchemas(fields);
  }

  @Get('metadata.list_fields')
  listFields(@RequestFields() fields: Fields) {
    return this.api.listFields(fields);
  }

  @Get('metadata.list_unit_prices')
  listUnitPrices(@RequestFields() fields: Fields) {
    return this.api.listUnitPrices(fields);
  }

  @Get('metadata.get_dataset_condition')
  getDatasetCondition(@RequestFields() fields: Fields) {
    return this.api.getDatasetCondition(fields);
  }

  @Get('metadata.get_dataset_range')
  getDatasetRange(@RequestFields() fields: Fields) {
    return this.api.getDatasetRange(fields);
  }

  @Get('metadata.get_record_count')
  getRecordCount(@RequestFields() fields: Fields): Promise<number> {
    return this.api.getRecordCount(fields);
  }

  @Post('metadata.get_record_count')
  @HttpCode(200)
  postRecordCount(@RequestFields() fields: Fields): Promise<number> {
    return this.api.getRecordCount(fields);
  }

  @Get('metadata.get_billable_size')
  getBillableSize(@RequestFields() fields: Fields): Promise<number> {
    return this.api.getBillableSize(fields);
  }

  @Post('metadata.get_billable_size')
  @HttpCode(200)
  postBillableSize(@RequestFields() fields: Fields): Promise<number> {
    return this.api.getBillableSize(fields);
  }

  @Get('metadata.get_cost')
  getCost(@RequestFields() fields: Fields): Promise<number> {
    return this.api.getCost(fields);
  }

  @Post('metadata.get_cost')
  @HttpCode(200)
  postCost(@RequestFields() fields: Fields): Promise<number> {
    return this.api.getCost(fields);
  }
}
