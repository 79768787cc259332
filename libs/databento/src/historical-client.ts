import { BatchClient } from './batch-client.js';
import { Caller } from './caller.js';
import type { ClientOptions } from './client-options.js';
import { UnexpectedAnswerError } from './network-errors.js';
import { parseWarnings } from './parse-warnings.js';
import { joinSymbols, rangeForm, stypeOutFor } from './requests.js';
import type {
  Compression,
  Encoding,
  RangeRequest,
  RangeResponse,
  ResolveRequest,
} from './requests.js';
import * as responses from './responses.js';
import type {
  DatasetCondition,
  DatasetRange,
  Field,
  Publisher,
  Resolution,
  UnitPrices,
} from './responses.js';
import type { Answer } from './transport.js';

/**
 * Databento's historical HTTP API. Every method throws a {@link DatabentoError} when the call fails for
 * good (outages and rate limits are waited out first), a RangeError before anything is sent if the request
 * cannot be meant, and the signal's reason when the caller aborts.
 */
export class HistoricalClient implements AsyncDisposable {
  readonly #caller: Caller;
  /** Large ranges as files. */
  readonly batch: BatchClient;

  /** @throws RangeError if the key is no key, or the base URL holds credentials. */
  constructor(options: ClientOptions) {
    this.#caller = new Caller(options);
    this.batch = new BatchClient(this.#caller);
  }

  /** Closes idle connections, and the others when their calls are over. Idle ones hold up no process. */
  close(): Promise<void> {
    return this.#caller.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Datasets, optionally only those with data between two UTC dates. */
  listDatasets(
    options: { startDate?: string; endDate?: string } = {},
    signal?: AbortSignal,
  ): Promise<string[]> {
    const query = { start_date: options.startDate, end_date: options.endDate };
    return this.#caller.get('metadata.list_datasets', query, responses.names, signal);
  }

  /** Schemas of a dataset. */
  listSchemas(dataset: string, signal?: AbortSignal): Promise<string[]> {
    return this.#caller.get('metadata.list_schemas', { dataset }, responses.names, signal);
  }

  /** What the publisher ids in records mean. */
  listPublishers(signal?: AbortSignal): Promise<Publisher[]> {
    return this.#caller.get('metadata.list_publishers', {}, responses.publishers, signal);
  }

  /** Fields of the records of a schema, in DBN unless another encoding is given. */
  listFields(
    schema: string,
    options: { encoding?: Encoding } = {},
    signal?: AbortSignal,
  ): Promise<Field[]> {
    const query = { schema, encoding: options.encoding ?? 'dbn' };
    return this.#caller.get('metadata.list_fields', query, responses.fields, signal);
  }

  /** Prices of a dataset, one entry for each mode of delivery. */
  listUnitPrices(dataset: string, signal?: AbortSignal): Promise<UnitPrices[]> {
    return this.#caller.get('metadata.list_unit_prices', { dataset }, responses.unitPrices, signal);
  }

  /** What the account may ask for. */
  getDatasetRange(dataset: string, signal?: AbortSignal): Promise<DatasetRange> {
    return this.#caller.get(
      'metadata.get_dataset_range',
      { dataset },
      responses.datasetRange,
      signal,
    );
  }

  /** Quality by UTC date; unlike everywhere else `endDate` is **inclusive**. */
  getDatasetCondition(
    request: { dataset: string; startDate?: string; endDate?: string },
    signal?: AbortSignal,
  ): Promise<DatasetCondition[]> {
    const { dataset, startDate, endDate } = request;
    const query = { dataset, start_date: startDate, end_date: endDate };
    return this.#caller.get('metadata.get_dataset_condition', query, responses.conditions, signal);
  }

  /** Number of records that {@link getRange} would send. */
  async getRecordCount(request: RangeRequest, signal?: AbortSignal): Promise<number> {
    const form = rangeForm(request);
    return this.#caller.post('metadata.get_record_count', form, responses.wholeNumber, signal);
  }

  /** Bytes of uncompressed records that {@link getRange} would be billed for. */
  async getBillableSize(request: RangeRequest, signal?: AbortSignal): Promise<number> {
    const form = rangeForm(request);
    return this.#caller.post('metadata.get_billable_size', form, responses.wholeNumber, signal);
  }

  /** US dollars that {@link getRange} would cost. */
  async getCost(request: RangeRequest, signal?: AbortSignal): Promise<number> {
    return this.#caller.post('metadata.get_cost', rangeForm(request), responses.dollars, signal);
  }

  /** What symbols stand for in another symbol type, day by day. Free of charge. */
  async resolve(request: ResolveRequest, signal?: AbortSignal): Promise<Resolution> {
    const form = new URLSearchParams({
      dataset: request.dataset,
      symbols: joinSymbols(request.symbols),
      stype_in: request.stypeIn,
      stype_out: request.stypeOut,
      start_date: request.startDate,
    });
    if (request.endDate !== undefined) form.set('end_date', request.endDate);
    return this.#caller.post('symbology.resolve', form, responses.resolution, signal);
  }

  /**
   * Begins a stream of DBN. **Billed by what is sent**, so failures are retried only before the first
   * byte of the body; to resume a broken stream ask for the rest.
   */
  async getRange(
    request: RangeRequest & { readonly compression?: Compression },
    signal?: AbortSignal,
  ): Promise<RangeResponse> {
    const method = 'timeseries.get_range';
    const form = rangeForm(request);
    form.set('stype_out', stypeOutFor(request.stypeIn));
    form.set('encoding', 'dbn');
    form.set('compression', request.compression ?? 'zstd');
    return this.#caller.retried(method, signal, async () => {
      const answer = await this.#caller.once({ method, form, accept: '*/*', signal });
      return {
        body: await begun(answer),
        requestId: answer.requestId,
        warnings: parseWarnings(answer.header('x-warning')),
        partial: answer.status === 206,
      };
    });
  }
}

/** The body, once its first piece is here. A DBN body is never empty: it begins with metadata. */
async function begun({ status, requestId, body }: Answer): Promise<AsyncIterable<Uint8Array>> {
  const first = await body.next();
  if (!first.done) return prepend(first.value, body);
  throw new UnexpectedAnswerError('timeseries.get_range was answered without a body; try again', {
    status,
    requestId,
    retryable: true,
  });
}

async function* prepend(
  first: Uint8Array,
  rest: AsyncGenerator<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  try {
    yield first;
    yield* rest;
  } finally {
    await rest.return(undefined);
  }
}
