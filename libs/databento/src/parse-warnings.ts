/**
 * The texts of an X-Warning header, which is a JSON array of `"Category: text"`. A header in any other
 * form is one warning as it stands.
 */
export function parseWarnings(header: string | null): string[] {
  if (header === null || header === '') return [];
  try {
    const value: unknown = JSON.parse(header);
    if (Array.isArray(value)) {
      return value.map((entry) => (typeof entry === 'string' ? entry : JSON.stringify(entry)));
    }
  } catch {
    // Not JSON: told as it stands.
  }
  return [header];
}
