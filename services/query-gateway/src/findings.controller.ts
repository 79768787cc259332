import { Controller, Get, Query } from '@nestjs/common';
import { formatTimestamp } from '@tapeline/records';
import { readFindings, Storage } from '@tapeline/storage';
import { findingsParameters, readFindingsRequest } from './domain/findings-request.js';
import { findingsAnswer } from './openapi/answers/findings.js';
import { Operation } from './openapi/operation.js';

@Controller('v1/findings')
export class FindingsController {
  constructor(private readonly storage: Storage) {}

  /** What checks of whole chunks found: the newest chunks first. */
  @Get()
  @Operation({
    summary: 'Show what checks of whole chunks found',
    description: 'The newest chunks first.',
    role: 'reader',
    query: findingsParameters,
    answers: { 'application/json': findingsAnswer },
  })
  async findings(@Query() parameters: Record<string, unknown>) {
    const found = await readFindings(this.storage, readFindingsRequest(parameters));
    return {
      findings: found.map((finding) => ({
        dataset: finding.dataset,
        schema: finding.schema,
        chunk_id: finding.chunkId,
        check: finding.check,
        severity: finding.severity,
        // -1 stands for the chunk as a whole.
        instrument_id: finding.instrumentId < 0 ? null : finding.instrumentId,
        start_ns: String(finding.start),
        end_ns: String(finding.end),
        start: formatTimestamp(finding.start),
        end: formatTimestamp(finding.end),
        message: finding.message,
        details: finding.details,
        rules_version: finding.rulesVersion,
        found_at: finding.foundAt.toISOString(),
      })),
    };
  }
}
