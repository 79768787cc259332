import { redactUrl } from '@tapeline/config';
import { CliError } from '../cli-error.js';

/** What opening a database resolves with. @throws CliError that names the database, without its password. */
export async function reachDatabase<Opened>(
  url: string,
  opening: Promise<Opened>,
): Promise<Opened> {
  try {
    return await opening;
  } catch (cause) {
    throw new CliError(
      `the database at ${redactUrl(url)} cannot be used: ${(cause as Error).message || String(cause)}`,
      { cause },
    );
  }
}
