import { Controller, Get, HttpCode, Inject, Post, UseGuards } from '@nestjs/common';
import { z } from 'zod';
import { formatTimestamp } from '@tapeline/records';
import { describeCondition } from '../domain/describe-condition.js';
import { countRecords } from '../domain/count-records.js';
import { listFields } from '../domain/list-fields.js';
import type { MarketSource, TimeRange } from '../domain/market-source.js';
import { findDataset, knownSchema, planRange } from '../domain/plan-range.js';
import { costOf, MODES, UNIT_PRICES } from '../domain/prices.js';
import { ApiKeyGuard } from './api-key.guard.js';
import { FaultGuard } from './fault.guard.js';
import { MARKET_SOURCE } from './market-source.token.js';
import { dataset, date, parseFields, parseRange, RequestFields } from './request-fields.js';
import type { Fields } from './request-fields.js';

const ofDataset = z.object({ dataset });
const dates = z.object({ start_date: date.optional(), end_date: date.optional() });
const ofSchema = z.object({
  schema: z.string().min(1),
  encoding: z.enum(['dbn', 'csv', 'json']).default('dbn'),
});

@Controller('v0')
@UseGuards(ApiKeyGuard, FaultGuard)
export class MetadataController {
  constructor(@Inject(MARKET_SOURCE) private readonly source: MarketSource) {}

  @Get('metadata.list_publishers')
  listPublishers() {
    return this.source.datasets.flatMap(({ name, publishers }) =>
      publishers.map(({ id, venue, description }) => ({
        publisher_id: id,
        dataset: name,
        venue,
        description,
      })),
    );
  }

  @Get('metadata.list_datasets')
  listDatasets(@RequestFields() fields: Fields) {
    const { start_date: from = '', end_date: to = '9999' } = parseFields(dates, fields);
    return this.source.datasets
      .filter(({ range }) => formatTimestamp(range.end) > from && formatTimestamp(range.start) < to)
      .map(({ name }) => name);
  }

  @Get('metadata.list_schemas')
  listSchemas(@RequestFields() fields: Fields) {
    return [...this.#dataset(fields).schemas.keys()];
  }

  /** Of any schema: fields do not depend on what there is to be served. */
  @Get('metadata.list_fields')
  listFields(@RequestFields() fields: Fields) {
    const { schema, encoding } = parseFields(ofSchema, fields);
    return listFields(knownSchema(schema), encoding);
  }

  @Get('metadata.list_unit_prices')
  listUnitPrices(@RequestFields() fields: Fields) {
    const { schemas } = this.#dataset(fields);
    const prices = Object.fromEntries([...schemas.keys()].map((name) => [name, UNIT_PRICES[name]]));
    return MODES.map((mode) => ({ mode, unit_prices: prices }));
  }

  /** Unlike everywhere else the end date is inclusive. */
  @Get('metadata.get_dataset_condition')
  getDatasetCondition(@RequestFields() fields: Fields) {
    const { name } = this.#dataset(fields);
    const { start_date: from = '', end_date: to = '9999' } = parseFields(dates, fields);
    return this.source
      .conditions(name)
      .filter(({ date }) => date >= from && date <= to)
      .map(describeCondition);
  }

  @Get('metadata.get_dataset_range')
  getDatasetRange(@RequestFields() fields: Fields) {
    const { range, schemas } = this.#dataset(fields);
    const schema = [...schemas].map(([name, own]) => [name, texts(own)] as const);
    return { ...texts(range), schema: Object.fromEntries(schema) };
  }

  @Get('metadata.get_record_count')
  getRecordCount(@RequestFields() fields: Fields): Promise<number> {
    return this.#count(fields);
  }

  @Post('metadata.get_record_count')
  @HttpCode(200)
  postRecordCount(@RequestFields() fields: Fields): Promise<number> {
    return this.#count(fields);
  }

  @Get('metadata.get_billable_size')
  getBillableSize(@RequestFields() fields: Fields): Promise<number> {
    return this.#size(fields);
  }

  @Post('metadata.get_billable_size')
  @HttpCode(200)
  postBillableSize(@RequestFields() fields: Fields): Promise<number> {
    return this.#size(fields);
  }

  @Get('metadata.get_cost')
  getCost(@RequestFields() fields: Fields): Promise<number> {
    return this.#cost(fields);
  }

  @Post('metadata.get_cost')
  @HttpCode(200)
  postCost(@RequestFields() fields: Fields): Promise<number> {
    return this.#cost(fields);
  }

  #dataset(fields: Fields) {
    return findDataset(this.source, parseFields(ofDataset, fields).dataset);
  }

  async #count(fields: Fields): Promise<number> {
    return countRecords(this.source, planRange(this.source, parseRange(fields)));
  }

  async #size(fields: Fields): Promise<number> {
    const plan = planRange(this.source, parseRange(fields));
    const { schema } = plan.query;
    const count = await countRecords(this.source, plan);
    return count * schema.recordSize[plan.metadata.version];
  }

  async #cost(fields: Fields): Promise<number> {
    const { schema } = planRange(this.source, parseRange(fields)).query;
    return costOf(schema.name, await this.#size(fields));
  }
}

const texts = ({ start, end }: TimeRange) => ({
  start: formatTimestamp(start),
  end: formatTimestamp(end),
});
