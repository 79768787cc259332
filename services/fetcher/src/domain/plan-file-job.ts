import type { FileRequest } from '@tapeline/contracts';
import { metadataSymbology } from '@tapeline/storage';
import { explainNothing, lockAndPlan } from './job-plan.js';
import type { JobPlan, PlanContext } from './job-plan.js';
import { standingClaims } from './plan-chunks.js';
import { fileInstruments, planFile } from './plan-file.js';
import { scanFile } from './scan-file.js';

/** Plans the ingest of a file, which costs nothing. */
export async function planFileJob(
  context: PlanContext,
  jobId: string,
  command: FileRequest,
): Promise<JobPlan> {
  const scan = await scanFile(command.file);
  const { metadata, schema } = scan;
  const { plan } = await lockAndPlan(context, {
    jobId,
    command,
    dataset: metadata.dataset,
    schema: schema.name,
    range: scan.range,
    instruments: fileInstruments(scan),
    symbology: metadataSymbology(metadata),
    days: [],
    plan: (coverage) => planFile(scan, standingClaims(coverage)),
    decide: ({ chunks }) =>
      Promise.resolve({ price: null, hold: null, expected: chunks.map(() => scan.records) }),
  });
  return {
    dataset: metadata.dataset,
    schema: schema.name,
    notFound: metadata.notFound,
    partial: metadata.partial,
    price: null,
    hold: null,
    nothing:
      scan.records === 0
        ? { reason: 'no_records', message: `${command.file} holds no records` }
        : explainNothing(plan),
    note: null,
  };
}
