/** What DBN can be converted to; apart, so that the command line knows them without loading anything. */
export const FORMATS = ['csv', 'json', 'arrow', 'parquet', 'dbn'] as const;

export type Format = (typeof FORMATS)[number];
