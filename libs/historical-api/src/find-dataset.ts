import { isSchemaName, SCHEMA_NAMES, SCHEMAS } from '@tapeline/records';
import type { SchemaDescription } from '@tapeline/records';
import { ApiError } from './api-error.js';
import type { Dataset } from './historical-source.js';

/** @throws ApiError 404 */
export function findDataset(datasets: readonly Dataset[], name: string): Dataset {
  const dataset = datasets.find((dataset) => dataset.name === name);
  if (dataset) return dataset;
  const known = datasets.map((dataset) => dataset.name).join(', ');
  throw new ApiError(
    404,
    'dataset_not_found',
    `The dataset ${name} does not exist here. Available datasets: ${known}.`,
  );
}

/** A schema that some dataset might have. @throws ApiError 422 */
export function knownSchema(name: string): SchemaDescription {
  if (isSchemaName(name)) return SCHEMAS[name];
  throw new ApiError(
    422,
    'data_schema_not_available',
    `There is no schema ${name}. Schemas: ${SCHEMA_NAMES.join(', ')}.`,
  );
}

/** @throws ApiError 422 */
export function findSchema(dataset: Dataset, name: string): SchemaDescription {
  if (isSchemaName(name) && dataset.schemas.has(name)) return SCHEMAS[name];
  const known = [...dataset.schemas.keys()].join(', ');
  throw new ApiError(
    422,
    'data_schema_not_available',
    `The schema ${name} is not available for ${dataset.name}. Available schemas: ${known}.`,
  );
}
