import type { RecordDescription } from '@tapeline/records';
import { CliError } from '../cli-error.js';
import type { SelectedRecords } from './select-records.js';

/** What an output of one table holds: the kind of the first records, or what is expected of none. */
export interface OneKind {
  readonly description: RecordDescription;
  readonly records: AsyncGenerator<SelectedRecords>;
}

/**
 * The records, once it is sure that they have the same columns; a second kind is refused when it comes.
 * @param expected the kind that an input without records would have.
 * @throws CliError if that is not known either.
 */
export async function refuseMixed(
  records: AsyncGenerator<SelectedRecords>,
  expected: RecordDescription | undefined,
  format: string,
): Promise<OneKind> {
  const first = await records.next();
  const description = first.done ? expected : first.value.description;
  if (!description) {
    throw new CliError(
      'there are no records, and the metadata do not tell of which kind they would be: give --schema',
    );
  }
  async function* sameKind(): AsyncGenerator<SelectedRecords> {
    if (first.done) return;
    yield first.value;
    for await (const selected of records) {
      if (selected.description !== description) throw mixed(selected);
      yield selected;
    }
  }
  const mixed = (other: SelectedRecords): CliError =>
    new CliError(
      `record ${other.firstIndex} is of kind ${other.description.name} after ${description.name}, and ${format} ` +
        `has one kind: take one with --schema, or all with --to json`,
    );
  return { description, records: sameKind() };
}
