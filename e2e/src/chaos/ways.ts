import type { Line } from './plan-faults.js';
import { openUnsteadyProxy } from './unsteady-proxy.js';
import type { UnsteadyProxy } from './unsteady-proxy.js';

/** The ways on which services reach PostgreSQL and each node of NATS. */
export class Ways implements AsyncDisposable {
  readonly #proxies: { readonly line: Line; readonly proxy: UnsteadyProxy }[] = [];

  /** Opens a way to a server. @returns its address for the services. */
  async open(line: Line, url: string): Promise<string> {
    const proxy = await openUnsteadyProxy(url);
    this.#proxies.push({ line, proxy });
    return proxy.url;
  }

  /** Resets the connections of a line. */
  cut(line: Line): void {
    for (const proxy of this.#of(line)) proxy.cut();
  }

  /** Holds back whatever is on a line for so long. @param milliseconds 0 for nothing. */
  slow(line: Line, milliseconds: number): void {
    for (const proxy of this.#of(line)) proxy.slow(milliseconds);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#proxies.map(({ proxy }) => proxy[Symbol.asyncDispose]()));
  }

  #of(line: Line): UnsteadyProxy[] {
    return this.#proxies.filter((one) => one.line === line).map(({ proxy }) => proxy);
  }
}
