import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { resolve } from 'node:path';
import { CliError } from '../cli-error.js';
import { exportBytes } from '../db/export-bytes.js';
import { exportParameters, planExport } from '../db/export-plan.js';
import type { ExportOptions } from '../db/export-plan.js';
import { Interruption } from '../dbn/interruption.js';
import { formatBytes, formatCount, showProgress } from '../dbn/show-progress.js';
import { refuseExisting, writeOutput } from '../dbn/write-output.js';
import { GatewayClient } from '../gateway-client.js';
import { gatewayUrl } from '../stack/stack-file.js';

export type { ExportOptions } from '../db/export-plan.js';

/** A part of the range that is not held, as the gateway tells it; times in ns. */
interface MissingPart {
  readonly symbol: string | null;
  readonly instrument_id: number | null;
  readonly start: string;
  readonly end: string;
}

/** `tapeline export`: streams through in constant memory; a file gets its name when it is complete. */
export async function exportRange(file: string, options: ExportOptions): Promise<void> {
  const { format, zstd } = planExport(file, options);
  const path = resolve(file);
  const target = { path, zstd, force: options.force ?? false };
  refuseExisting(target);
  const gateway = new GatewayClient(gatewayUrl());
  const started = performance.now();
  const encoding = format === 'csv' ? 'csv' : 'dbn';
  const response = await gateway.timeseries(exportParameters(options, encoding));
  if (!response.body) throw new CliError('the gateway sent no answer');
  using interruption = new Interruption(() => undefined);
  const { bytes, rows } = await exportBytes({
    answer: response.body,
    format,
    mapSymbols: options.mapSymbols ?? false,
    target,
  });
  const endProgress = showProgress(() => progress(rows(), started));
  let size: number | undefined;
  try {
    size = await writeOutput(bytes, target, interruption.signal);
  } finally {
    endProgress();
  }
  const summary = {
    file: path,
    format,
    rows: rows(),
    bytes: size ?? 0,
    sha256: await sha256Of(path),
    missing: await missingParts(gateway, response, options),
    seconds: Number(((performance.now() - started) / 1000).toFixed(3)),
  };
  if (options.json) {
    console.log(JSON.stringify(summary));
    return;
  }
  console.log(
    `${formatCount(summary.rows)} records in ${file}: ${formatBytes(summary.bytes)}, ${summary.seconds.toFixed(1)} s, sha256 ${summary.sha256}`,
  );
  if (summary.missing.length > 0) {
    console.log(
      `${formatCount(summary.missing.length)} parts of the range are not held: --json lists them, 'tapeline coverage' shows them`,
    );
  }
}

function progress(rows: number, started: number): string {
  const seconds = (performance.now() - started) / 1000;
  return `${formatCount(rows)} records, ${formatCount(Math.round(rows / seconds))} records/s`;
}

/** Of what is on the disk. */
async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) hash.update(chunk);
  return hash.digest('hex');
}

/** Only JSON lists them; the other encodings have a header that says that there are some. */
async function missingParts(
  gateway: GatewayClient,
  { headers }: Response,
  options: ExportOptions,
): Promise<readonly MissingPart[]> {
  if (headers.get('x-warning') === null) return [];
  const parameters = exportParameters(options, 'json');
  parameters.set('limit', '1');
  const answer = await gateway.timeseries(parameters);
  return ((await answer.json()) as { missing: MissingPart[] }).missing;
}
