import { readdirSync } from 'node:fs';
import { createReadStream } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { DbnStream } from '@tapeline/dbn';
import { schemaByCode } from '@tapeline/records';
import { CliError } from '../cli-error.js';

export interface DemoJob {
  readonly label: string;
  readonly command: object;
}

const START = '2024-07-01';
const END = '2024-07-03';
const SCHEMAS = ['ohlcv-1m', 'trades', 'tbbo', 'mbp-1', 'statistics', 'definition'] as const;
const FUTURES = ['ES', 'CL', 'NG', 'HO', 'RB'].map((root) => `${root}.c.0`);

/** Two days of five futures and SPY, in every kind of record, from the sandbox's market. */
export const marketJobs = (): DemoJob[] =>
  SCHEMAS.flatMap((schema) => [
    {
      label: `GLBX.MDP3 ${schema}`,
      command: {
        dataset: 'GLBX.MDP3',
        schema,
        symbols: FUTURES,
        stype_in: 'continuous',
        start: START,
        end: END,
      },
    },
    {
      label: `XNAS.ITCH ${schema}`,
      command: { dataset: 'XNAS.ITCH', schema, symbols: ['SPY'], start: START, end: END },
    },
  ]);

export interface FileJobs {
  readonly jobs: readonly DemoJob[];
  /** Files that cannot be ingested, with the reason. */
  readonly leftOut: readonly { readonly file: string; readonly reason: string }[];
}

/** A job for each DBN file below a folder. @throws CliError if there is none. */
export async function fileJobs(folder: string): Promise<FileJobs> {
  let files: string[];
  try {
    files = readdirSync(resolve(folder), { recursive: true, encoding: 'utf8' });
  } catch (cause) {
    throw new CliError(`cannot read the folder ${folder}: ${(cause as Error).message}`, { cause });
  }
  const jobs: DemoJob[] = [];
  const leftOut: { file: string; reason: string }[] = [];
  for (const file of files.filter((name) => /\.dbn(\.zst)?$/.test(name)).toSorted()) {
    const path = join(resolve(folder), file);
    const reason = await whyNot(path);
    if (reason === undefined) jobs.push({ label: basename(file), command: { file: path } });
    else leftOut.push({ file, reason });
  }
  if (jobs.length > 0) return { jobs, leftOut };
  throw new CliError(
    `${folder} holds no .dbn or .dbn.zst file of a schema that tapeline ingests${leftOut[0] ? ` (${leftOut[0].file}: ${leftOut[0].reason})` : ''}`,
  );
}

/** Why a file cannot be ingested, or undefined if it can. */
async function whyNot(path: string): Promise<string | undefined> {
  let stream: DbnStream;
  try {
    stream = await DbnStream.open(createReadStream(path));
  } catch (error) {
    return (error as Error).message;
  }
  const { schema } = stream.metadata;
  await stream.close();
  if (schema === null) return 'it mixes schemas';
  return schemaByCode(schema) ? undefined : `schema number ${schema} is not ingested yet`;
}
