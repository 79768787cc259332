import { rmSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder that goes with the process. It is made when something is put into it. */
export class TemporaryFolder {
  #path: Promise<string> | undefined;
  #removeNow: (() => void) | undefined;

  /** An empty folder in it. */
  async make(name: string): Promise<string> {
    this.#path ??= this.#create();
    const path = join(await this.#path, name);
    await mkdir(path);
    return path;
  }

  async remove(): Promise<void> {
    const path = await this.#path;
    this.#path = undefined;
    if (this.#removeNow) process.off('exit', this.#removeNow);
    if (path !== undefined) await rm(path, { recursive: true, force: true });
  }

  async #create(): Promise<string> {
    const path = await mkdtemp(join(tmpdir(), 'tapeline-sandbox-'));
    // For exits without remove(), such as after an uncaught error.
    this.#removeNow = () => rmSync(path, { recursive: true, force: true });
    process.once('exit', this.#removeNow);
    return path;
  }
}
