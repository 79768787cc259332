import type {
  Dataset,
  DateCondition,
  HistoricalSource,
  RangeRequest,
  RangeSize,
  Resolution,
  SymbolsRequest,
} from '@tapeline/historical-api';
import type { SchemaName } from '@tapeline/records';
import { countRecords } from './count-records.js';
import type { MarketSource } from './market-source.js';
import { planRange } from './plan-range.js';
import { UNIT_PRICES } from './prices.js';
import { resolveRequest } from './resolve-request.js';

/** A market as the calls about data see it. */
export class MarketHistory implements HistoricalSource {
  constructor(private readonly source: MarketSource) {}

  async datasets(): Promise<readonly Dataset[]> {
    return this.source.datasets;
  }

  async conditions(dataset: string): Promise<readonly DateCondition[]> {
    return this.source.conditions(dataset);
  }

  async resolve(dataset: string, request: SymbolsRequest): Promise<Resolution> {
    return resolveRequest(this.source, dataset, request);
  }

  async measure(request: RangeRequest): Promise<RangeSize> {
    const plan = planRange(this.source, request);
    return {
      records: await countRecords(this.source, plan),
      recordBytes: plan.query.schema.recordSize[plan.metadata.version],
    };
  }

  unitPrice(schema: SchemaName): number {
    return UNIT_PRICES[schema];
  }
}
