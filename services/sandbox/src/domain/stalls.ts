/** Calls that stand still, as was ordered: who ordered it waits for them here, and lets them go. */

/** The connection of a call: a socket. */
interface Connection {
  readonly destroyed: boolean;
  once(event: 'close', listener: () => void): unknown;
  off(event: 'close', listener: () => void): unknown;
}

interface StandingCall {
  readonly method: string;
  readonly go: () => void;
}

interface Watcher {
  readonly method: string;
  readonly calls: number;
  readonly seen: () => void;
}

export class Stalls {
  readonly #standing = new Set<StandingCall>();
  readonly #watchers = new Set<Watcher>();

  /** Resolves when the call is let go. @throws Error if its connection ends first. */
  stand(method: string, connection: Connection): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const leave = (): void => {
      this.#standing.delete(call);
      reject(new Error(`the caller of ${method} has gone while it stood still, as was asked for`));
    };
    const call: StandingCall = {
      method,
      go: () => {
        connection.off('close', leave);
        resolve();
      },
    };
    if (connection.destroyed) {
      leave();
      return promise;
    }
    connection.once('close', leave);
    this.#standing.add(call);
    for (const watcher of this.#watchers) {
      if (watcher.method !== method || this.#count(method) < watcher.calls) continue;
      this.#watchers.delete(watcher);
      watcher.seen();
    }
    return promise;
  }

  /** Resolves once so many calls of the method stand still. */
  async reached(method: string, calls = 1): Promise<void> {
    if (this.#count(method) >= calls) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#watchers.add({ method, calls, seen: resolve });
    await promise;
  }

  /** Lets calls go on: those of a method, or all. */
  letGo(method?: string): void {
    for (const call of this.#standing) {
      if (method !== undefined && call.method !== method) continue;
      this.#standing.delete(call);
      call.go();
    }
  }

  #count(method: string): number {
    return [...this.#standing].filter((call) => call.method === method).length;
  }
}
