import { csvFormat, jsonFormat, ndjsonFormat } from './answer-format.js';
import type { AnswerFormat } from './answer-format.js';
import type { AnswerOptions } from './answer-options.js';
import { dbnFormat } from './dbn-format.js';
import { manifestOf } from './manifest.js';
import type { AnswerManifest } from './manifest.js';
import { tableFormat } from './table-format.js';

/** The format that was asked for. */
export function formatOf(
  manifest: AnswerManifest & { readonly request: { readonly limit: number | undefined } },
  options: AnswerOptions,
): AnswerFormat {
  const { request, answer } = manifest;
  const { schema } = answer;
  switch (options.encoding) {
    case 'csv':
      return csvFormat(schema, options);
    case 'ndjson':
      return ndjsonFormat(schema, options);
    case 'arrow':
    case 'parquet':
      return tableFormat(options.encoding, schema, options, tableMetadata(request));
    case 'dbn':
      return dbnFormat(request, answer);
    case 'json':
      return jsonFormat(manifestOf(manifest, options.manifest), schema, options);
  }
}

const tableMetadata = ({
  dataset,
  schema,
}: AnswerManifest['request']): ReadonlyMap<string, string> =>
  new Map([
    ['dbn.dataset', dataset],
    ['dbn.schema', schema],
    ['dbn.price_unit', '1e-9'],
  ]);
