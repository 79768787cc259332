/**
 * The API key: sent to its own server only, and never shown. Its last five characters are what Databento
 * itself uses to name a key in logs.
 */
export class Credentials {
  readonly #key: string;
  readonly #header: string;
  readonly #origin: string;

  /** @throws RangeError if the key is empty or cannot be one. */
  constructor(apiKey: string, origin: string) {
    if (apiKey === '') throw new RangeError('the API key is empty: set DATABENTO_API_KEY');
    if (/[^\x21-\x7e]|:/.test(apiKey)) {
      throw new RangeError(
        'the API key has blanks or other characters that no key has: check DATABENTO_API_KEY',
      );
    }
    this.#key = apiKey;
    this.#header = Buffer.from(`${apiKey}:`).toString('base64');
    this.#origin = origin;
  }

  /** The Authorization header for a URL; none if it belongs to somebody else. */
  headerFor(url: URL): { authorization: string } | undefined {
    return url.origin === this.#origin ? { authorization: `Basic ${this.#header}` } : undefined;
  }

  /** A text from outside without the key, should a server or proxy repeat what it was sent. */
  redact(text: string): string {
    const name = this.#key.length > 10 ? `***${this.#key.slice(-5)}` : '***';
    return text.replaceAll(this.#header, '***').replaceAll(this.#key, name);
  }
}
