import type { DbnStream } from '@tapeline/dbn';
import { isSchemaName, SCHEMAS } from '@tapeline/records';
import { CliError } from '../../cli-error.js';
import { encodeOutput } from '../../dbn/encode-output.js';
import { InputFile } from '../../dbn/input-file.js';
import { Interruption } from '../../dbn/interruption.js';
import { inputFault, openStream } from '../../dbn/open-stream.js';
import { planConversion } from '../../dbn/plan-conversion.js';
import type { Conversion, ConvertOptions } from '../../dbn/plan-conversion.js';
import { selectRecords } from '../../dbn/select-records.js';
import type { Tally } from '../../dbn/select-records.js';
import { formatBytes, formatCount, showProgress } from '../../dbn/show-progress.js';
import { SymbolMap } from '../../dbn/symbol-map.js';
import { refuseExisting, writeOutput } from '../../dbn/write-output.js';

/** `tapeline dbn convert`: records stream through in constant memory. */
export async function convert(path: string, options: ConvertOptions): Promise<void> {
  const conversion = planConversion(options, process.stdout.isTTY);
  refuseExisting(conversion.target);
  const input = InputFile.open(path);
  const stream = await openStream(input, decoderOptions(conversion, options));
  const { schema, limit, target } = conversion;
  const symbols = options.mapSymbols ? new SymbolMap(stream.metadata) : undefined;
  const tally: Tally = { records: 0, leftOut: new Map(), fault: undefined };
  const keepsPartial = options.partial ?? false;
  const records = selectRecords(stream, { schema, limit, symbols, keepsPartial }, tally);
  const started = performance.now();
  const endProgress = showProgress(() => progress(input, tally, started));
  using interruption = new Interruption(() => input.close());
  let size: number | undefined;
  try {
    const output = encodeOutput(stream, records, conversion, options);
    size = await writeOutput(output, target, interruption.signal);
  } catch (error) {
    const fault = inputFault(input, error);
    throw fault === error ? error : withAdvice(fault, target.path);
  } finally {
    endProgress();
    await stream.close();
  }
  if (size !== undefined) {
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    console.log(
      `${formatCount(tally.records)} records in ${target.path}: ${formatBytes(size)}, ${seconds} s`,
    );
  }
  tellLeftOut(stream, tally, symbols, conversion);
  if (tally.fault) throw inputFault(input, tally.fault);
}

const decoderOptions = ({ schema }: Conversion, options: ConvertOptions) => ({
  upgrade: options.upgrade ? ('v3' as const) : ('as-is' as const),
  unknownRecords: options.skipUnknown ? ('skip' as const) : ('refuse' as const),
  ...(options.fragment && {
    fragment: {
      version: options.fragment,
      schema: schema !== undefined && isSchemaName(schema) ? SCHEMAS[schema].code : null,
    },
  }),
});

function withAdvice(error: unknown, output: string | undefined): unknown {
  if (!(error instanceof CliError) || output === undefined) return error;
  const advice = `${output} was not written; --partial keeps the records before the fault`;
  return new CliError(`${error.message}\n${advice}`, { cause: error });
}

function progress(input: InputFile, { records }: Tally, started: number): string {
  const seconds = (performance.now() - started) / 1000;
  const read = formatBytes(input.bytesRead);
  const share = input.size ? ` of ${formatBytes(input.size)}` : '';
  const speed = formatCount(Math.round(records / seconds));
  return `${formatCount(records)} records, ${read}${share} read, ${speed} records/s`;
}

/** On standard error, what an output that is shorter than expected does not tell. */
function tellLeftOut(
  { skipped, metadata }: DbnStream,
  { records, leftOut }: Tally,
  symbols: SymbolMap | undefined,
  { schema, limit }: Conversion,
): void {
  for (const [rtype, count] of skipped) {
    console.error(`left out ${formatCount(count)} records of the unknown rtype ${rtype}`);
  }
  if (records === 0 && limit > 0 && leftOut.size > 0) {
    const kinds = [...leftOut].map(([name, count]) => `${formatCount(count)} ${name}`).join(', ');
    console.error(`no record is of schema ${schema}; the input holds ${kinds}`);
  }
  if (records > 0 && symbols?.isEmpty) {
    const asked = metadata.symbols.join(', ') || 'none';
    console.error(
      `no symbol is known: the metadata (symbols: ${asked}) hold no mappings, as with ALL_SYMBOLS`,
    );
  }
}
