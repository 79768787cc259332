import { Controller, Get, Inject, UseFilters } from '@nestjs/common';
import { datasetFields, dateFields, MetadataApi, schemaFields } from '@tapeline/historical-api';
import type { Fields } from '@tapeline/historical-api';
import { Storage } from '@tapeline/storage';
import { Operation } from '../openapi/operation.js';
import { QUERY_STORAGE } from '../timeseries.controller.js';
import {
  conditionAnswer,
  fieldsAnswer,
  namesAnswer,
  pricesAnswer,
  publishersAnswer,
  rangeAnswer,
  versionAnswer,
} from './historical-answers.js';
import { HistoricalErrorFilter } from './historical-error.filter.js';
import { RequestFields } from './request-fields.js';
import { StoredHistory } from './stored-history.js';

/** What Databento's API says of its data, said of what is stored. */
@Controller('v0')
@UseFilters(HistoricalErrorFilter)
export class HistoricalMetadataController {
  private readonly api: MetadataApi;

  constructor(storage: Storage, @Inject(QUERY_STORAGE) queries: Storage) {
    // Nothing here runs long enough to be stopped.
    this.api = new MetadataApi(new StoredHistory(storage, queries, new AbortController().signal));
  }

  @Get()
  @Operation({
    summary: "Tell the version of Databento's API that is answered",
    role: 'reader',
    answers: { 'application/json': versionAnswer },
  })
  version() {
    return { 'api-version': 'v0' };
  }

  @Get('metadata.list_publishers')
  @Operation({
    summary: 'List the publishers of the datasets that are held',
    role: 'reader',
    answers: { 'application/json': publishersAnswer },
  })
  listPublishers() {
    return this.api.listPublishers();
  }

  @Get('metadata.list_datasets')
  @Operation({
    summary: 'List the datasets that are held',
    role: 'reader',
    query: dateFields,
    answers: { 'application/json': namesAnswer },
  })
  listDatasets(@RequestFields() fields: Fields) {
    return this.api.listDatasets(fields);
  }

  @Get('metadata.list_schemas')
  @Operation({
    summary: 'List the schemas that are held of a dataset',
    role: 'reader',
    query: datasetFields,
    answers: { 'application/json': namesAnswer },
  })
  listSchemas(@RequestFields() fields: Fields) {
    return this.api.listSchemas(fields);
  }

  @Get('metadata.list_fields')
  @Operation({
    summary: "List the fields of a schema's records",
    role: 'reader',
    query: schemaFields,
    answers: { 'application/json': fieldsAnswer },
  })
  listFields(@RequestFields() fields: Fields) {
    return this.api.listFields(fields);
  }

  @Get('metadata.list_unit_prices')
  @Operation({
    summary: 'List the prices of what is held, which are 0',
    role: 'reader',
    query: datasetFields,
    answers: { 'application/json': pricesAnswer },
  })
  listUnitPrices(@RequestFields() fields: Fields) {
    return this.api.listUnitPrices(fields);
  }

  @Get('metadata.get_dataset_condition')
  @Operation({
    summary: 'Tell the condition of the days of a dataset',
    role: 'reader',
    query: datasetFields.extend(dateFields.shape),
    answers: { 'application/json': conditionAnswer },
  })
  getDatasetCondition(@RequestFields() fields: Fields) {
    return this.api.getDatasetCondition(fields);
  }

  @Get('metadata.get_dataset_range')
  @Operation({
    summary: 'Tell from when to when a dataset is held',
    role: 'reader',
    query: datasetFields,
    answers: { 'application/json': rangeAnswer },
  })
  getDatasetRange(@RequestFields() fields: Fields) {
    return this.api.getDatasetRange(fields);
  }
}
