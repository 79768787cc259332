/** Calls of the sandbox that stand still where a test wants them to, and what was called. */
import type { StackClient } from './stack-client.js';

/** A call as the sandbox remembers it. */
export interface SandboxCall {
  readonly method: string;
  readonly filename?: string;
  readonly range?: string;
  readonly fields: Readonly<Record<string, string>>;
}

export class SandboxControl {
  readonly #url: string;

  constructor(client: StackClient) {
    this.#url = client.stack.urls.sandbox;
  }

  /** Resolves once so many calls of the method stand still. */
  async stalled(method: string, calls = 1): Promise<void> {
    await this.#ask(`/faults/stalled?method=${method}&calls=${calls}`);
  }

  /** Lets the calls of the method go on. Orders stay. */
  async letGo(method: string): Promise<void> {
    await this.#ask(`/faults/stalled?method=${method}`, { method: 'DELETE' });
  }

  /** The calls of a method so far, oldest first. */
  async calls(method: string): Promise<SandboxCall[]> {
    const response = await this.#ask('/calls');
    const calls = (await response.json()) as SandboxCall[];
    return calls.filter((call) => call.method === method);
  }

  async #ask(path: string, init: RequestInit = {}): Promise<Response> {
    const response = await fetch(new URL(path, this.#url), init);
    if (!response.ok) throw new Error(`${path}: ${await response.text()}`);
    return response;
  }
}
