/** Turns SIGINT and SIGTERM into an aborted signal while it is in use, so that work can clean up. */
export class Interruption implements Disposable {
  readonly #controller = new AbortController();
  readonly #abort = (): void => this.#controller.abort();

  /** @param onInterrupt called at once, to end what waits. */
  constructor(onInterrupt: () => void) {
    this.signal.addEventListener('abort', onInterrupt);
    process.once('SIGINT', this.#abort).once('SIGTERM', this.#abort);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  [Symbol.dispose](): void {
    process.off('SIGINT', this.#abort).off('SIGTERM', this.#abort);
  }
}
