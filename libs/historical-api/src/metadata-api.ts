import { formatTimestamp } from '@tapeline/records';
import { z } from 'zod';
import { describeCondition } from './describe-condition.js';
import { describeResolution } from './describe-resolution.js';
import { findDataset, knownSchema } from './find-dataset.js';
import type { Dataset, HistoricalSource, TimeRange } from './historical-source.js';
import { listFields } from './list-fields.js';
import { parseRange } from './range-request.js';
import { dataset, date, parseFields, stypeIn, stypeOut, symbols } from './request-fields.js';
import type { Fields } from './request-fields.js';

export const datasetFields = z.object({ dataset });
export const dateFields = z.object({ start_date: date.optional(), end_date: date.optional() });
export const schemaFields = z.object({
  schema: z.string().min(1),
  encoding: z.enum(['dbn', 'csv', 'json']).default('dbn'),
});
export const resolveFields = z.object({
  dataset,
  symbols,
  stype_in: stypeIn,
  stype_out: stypeOut,
  start_date: date,
  end_date: date.optional(),
});

const MODES = ['historical', 'historical-streaming', 'live'] as const;

/** What prices are for: 2^30 bytes of uncompressed records. */
const BILLED_UNIT = 2 ** 30;

/** US dollars that uncompressed records cost. @param unitPrice for 2^30 bytes. */
export const costOf = (unitPrice: number, bytes: number): number =>
  (bytes / BILLED_UNIT) * unitPrice;

/** The calls metadata.* and symbology.resolve: from their fields to the JSON that answers them. */
export class MetadataApi {
  constructor(private readonly source: HistoricalSource) {}

  async listPublishers() {
    return (await this.source.datasets()).flatMap(({ name, publishers }) =>
      publishers.map(({ id, venue, description }) => ({
        publisher_id: id,
        dataset: name,
        venue,
        description,
      })),
    );
  }

  async listDatasets(fields: Fields) {
    const { start_date: from = '', end_date: to = '9999' } = parseFields(dateFields, fields);
    return (await this.source.datasets())
      .filter(({ range }) => formatTimestamp(range.end) > from && formatTimestamp(range.start) < to)
      .map(({ name }) => name);
  }

  async listSchemas(fields: Fields) {
    return [...(await this.#dataset(fields)).schemas.keys()];
  }

  /** Of any schema: fields do not depend on what there is to be served. */
  listFields(fields: Fields) {
    const { schema, encoding } = parseFields(schemaFields, fields);
    return listFields(knownSchema(schema), encoding);
  }

  async listUnitPrices(fields: Fields) {
    const { schemas } = await this.#dataset(fields);
    const prices = Object.fromEntries(
      [...schemas.keys()].map((name) => [name, this.source.unitPrice(name)]),
    );
    return MODES.map((mode) => ({ mode, unit_prices: prices }));
  }

  /** Unlike everywhere else the end date is inclusive. */
  async getDatasetCondition(fields: Fields) {
    const { name } = await this.#dataset(fields);
    const { start_date: from = '', end_date: to = '9999' } = parseFields(dateFields, fields);
    return (await this.source.conditions(name))
      .filter(({ date }) => date >= from && date <= to)
      .map(describeCondition);
  }

  async getDatasetRange(fields: Fields) {
    const { range, schemas } = await this.#dataset(fields);
    const schema = [...schemas].map(([name, own]) => [name, texts(own)] as const);
    return { ...texts(range), schema: Object.fromEntries(schema) };
  }

  async getRecordCount(fields: Fields): Promise<number> {
    return (await this.source.measure(parseRange(fields))).records;
  }

  async getBillableSize(fields: Fields): Promise<number> {
    const { records, recordBytes } = await this.source.measure(parseRange(fields));
    return records * recordBytes;
  }

  async getCost(fields: Fields): Promise<number> {
    const size = await this.getBillableSize(fields);
    return costOf(this.source.unitPrice(knownSchema(parseRange(fields).schema).name), size);
  }

  async resolve(fields: Fields) {
    const given = parseFields(resolveFields, fields);
    const { name } = await this.#dataset(fields);
    const from = given.start_date;
    const to = given.end_date ?? Temporal.PlainDate.from(from).add({ days: 1 }).toString();
    const { symbols, stype_in: stypeIn, stype_out: stypeOut } = given;
    const request = { symbols, stypeIn, stypeOut, from, to };
    return describeResolution(await this.source.resolve(name, request), request);
  }

  async #dataset(fields: Fields): Promise<Dataset> {
    const { dataset } = parseFields(datasetFields, fields);
    return findDataset(await this.source.datasets(), dataset);
  }
}

const texts = ({ start, end }: TimeRange) => ({
  start: formatTimestamp(start),
  end: formatTimestamp(end),
});
