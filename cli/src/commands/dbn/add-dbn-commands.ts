import { InvalidArgumentError, Option } from 'commander';
import type { DbnVersion } from '@tapeline/records';
import type { Command } from 'commander';
import { FORMATS } from '../../dbn/formats.js';
import type { ConvertOptions } from '../../dbn/plan-conversion.js';
import type { InspectOptions } from './inspect.js';

const FILE = 'a .dbn or .dbn.zst file, or - for standard input';

function count(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new InvalidArgumentError('give a whole number');
  return Number(text);
}

function dbnVersion(text: string): DbnVersion {
  const version = Number(text);
  if (version === 1 || version === 2 || version === 3) return version;
  throw new InvalidArgumentError('DBN has versions 1, 2 and 3');
}

const fragment = () =>
  new Option(
    '--fragment <version>',
    'the input is records without metadata, of this version',
  ).argParser(dbnVersion);

/** `tapeline dbn …`: what needs no stack, only files. */
export function addDbnCommands(program: Command): void {
  const dbn = program.command('dbn').description('look into DBN files and convert them');

  dbn
    .command('inspect')
    .description('metadata, kinds of records, time span and instruments of a file')
    .argument('<file>', FILE)
    .addOption(fragment())
    .option('--json', 'print JSON, one line, instead of text')
    .action(async (file: string, options: InspectOptions) =>
      (await import('./inspect.js')).inspect(file, options),
    );

  dbn
    .command('convert')
    .description('write the records of a file in another format, exactly')
    .argument('<file>', FILE)
    .addOption(
      new Option('--to <format>', "output format (default: by the output's name)").choices(FORMATS),
    )
    .option('-o, --output <path>', 'file to write (default: standard output)')
    .option('-f, --force', 'replace the output if it exists')
    .option('-u, --upgrade', 'give records of older versions the fields of version 3')
    .option('--schema <name>', 'only records of this kind, for example trades')
    .option('-l, --limit <records>', 'the first records only', count)
    .option('-p, --pretty', 'both --pretty-px and --pretty-ts')
    .option('--pretty-px', 'prices as decimals (csv, json)')
    .option('--pretty-ts', 'times in ISO 8601 (csv, json)')
    .option('-s, --map-symbols', 'add a column with the symbol of each record')
    .addOption(fragment())
    .option('-Z, --zstd', 'compress the output (csv, json, dbn)')
    .option('--no-header', 'leave out the first line (csv)')
    .option('--skip-unknown', 'leave out records of unknown kinds instead of refusing them')
    .option('--partial', 'keep what comes before a fault of the input')
    .action(async (file: string, options: ConvertOptions) =>
      (await import('./convert.js')).convert(file, options),
    );
}
