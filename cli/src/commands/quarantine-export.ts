import type { QuarantinedRecord } from '@tapeline/storage';
import { GatewayClient } from '../gateway-client.js';
import { Interruption } from '../dbn/interruption.js';
import { formatCount, showProgress } from '../dbn/show-progress.js';
import { refuseExisting, writeOutput } from '../dbn/write-output.js';
import { refusedLines } from '../quarantine/refused-lines.js';
import type { ExportForm } from '../quarantine/refused-lines.js';
import type { RefusedPage } from '../quarantine/quarantine-answers.js';
import { filterParameters } from '../quarantine/refused-filter.js';
import type { RefusedFilter } from '../quarantine/refused-filter.js';
import { gatewayUrl } from '../stack/stack-file.js';

export interface QuarantineExportOptions extends RefusedFilter {
  readonly to: ExportForm;
  readonly state?: string;
  readonly severity?: string;
  readonly force?: boolean;
  readonly json?: boolean;
}

/** Records of one request. */
const PAGE = 1_000;

/** `tapeline quarantine export FILE`: refused records as CSV or lines of JSON, page by page. */
export async function exportRefused(file: string, options: QuarantineExportOptions): Promise<void> {
  const path = file === '-' ? undefined : file;
  const target = { path, zstd: file.endsWith('.zst'), force: options.force ?? false };
  refuseExisting(target);
  let count = 0;
  const endProgress = showProgress(() => `${formatCount(count)} refused records written`);
  const counted = async function* (): AsyncGenerator<readonly QuarantinedRecord[]> {
    for await (const records of pagesOf(options)) {
      count += records.length;
      yield records;
    }
  };
  let bytes: number | undefined;
  try {
    using interruption = new Interruption(() => undefined);
    const lines = refusedLines(counted(), options.to);
    bytes = await writeOutput(lines, target, interruption.signal);
  } finally {
    endProgress();
  }
  if (path === undefined) return;
  console.log(
    options.json
      ? JSON.stringify({ file, records: count, bytes })
      : `${formatCount(count)} refused records written to ${file}`,
  );
}

async function* pagesOf(
  options: QuarantineExportOptions,
): AsyncGenerator<readonly QuarantinedRecord[]> {
  const gateway = new GatewayClient(gatewayUrl());
  const { state, severity } = options;
  let cursor: string | undefined;
  do {
    const parameters = filterParameters(options, { state, severity, limit: PAGE, cursor });
    const page = await gateway.get<RefusedPage>('/v1/quarantine', parameters);
    yield page.records;
    cursor = page.next_cursor ?? undefined;
  } while (cursor !== undefined);
}
