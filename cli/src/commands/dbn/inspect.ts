import type { DbnVersion } from '@tapeline/records';
import { formatSummary, summaryJson } from '../../dbn/format-summary.js';
import { InputFile } from '../../dbn/input-file.js';
import { inputFault, openStream } from '../../dbn/open-stream.js';
import { formatBytes, formatCount, showProgress } from '../../dbn/show-progress.js';
import { summarizeStream } from '../../dbn/summarize-stream.js';

export interface InspectOptions {
  readonly fragment?: DbnVersion;
  readonly json?: boolean;
}

/** `tapeline dbn inspect`: reads all of a file and tells what is in it, up to a fault if there is one. */
export async function inspect(path: string, options: InspectOptions): Promise<void> {
  const input = InputFile.open(path);
  const stream = await openStream(input, {
    upgrade: 'as-is',
    unknownRecords: 'skip',
    ...(options.fragment && { fragment: { version: options.fragment } }),
  });
  let count = 0;
  const endProgress = showProgress(() => {
    const share = input.size ? ` of ${formatBytes(input.size)}` : '';
    return `${formatCount(count)} records, ${formatBytes(input.bytesRead)}${share} read`;
  });
  const summary = await summarizeStream(stream, (records) => (count = records)).finally(
    endProgress,
  );
  const file = {
    path,
    bytes: input.bytesRead,
    isZstd: input.isZstd,
    isFragment: options.fragment !== undefined,
  };
  console.log(
    options.json ? JSON.stringify(summaryJson(summary, file)) : formatSummary(summary, file),
  );
  if (summary.fault) throw inputFault(input, summary.fault);
}
